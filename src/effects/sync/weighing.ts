import { startSide } from '../../core/plan/input.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import type { Plan, PlanInput, PlannedFile } from '../../core/plan/plan.ts'
import type { WeightsFile } from '../../core/tokens/file.ts'
import { digestFor } from '../../core/tokens/programs.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'
import { askShared } from './shared-tools.ts'
import { tryFiles, withServers } from './trying.ts'
import { readWeights } from './weights.ts'

/** What is known of the cost of tools after asking, and why a server's is not known. */
export interface Weighing {
  readonly launches: WeightsFile
  readonly reasons: ReadonlyMap<string, string>
}

export interface WeighingOptions extends SyncOptions {
  /** False: nothing is started. */
  readonly starts: boolean
  /** How many servers are asked, and how many have not answered yet. */
  told(left: number, all: number): void
}

/** One file for each launch that is not known yet: the first of home's side, else of any other. */
function unknownLaunches(plan: Plan, input: PlanInput, known: WeightsFile, servers: readonly string[]): Map<string, [PlannedFile, string]> {
  const isHome = ({ observed }: PlannedFile): number => (startSide(observed).id === input.home.id ? 0 : 1)
  const found = new Map<string, [PlannedFile, string]>()
  for (const file of [...plan.files].sort((a, b) => isHome(a) - isHome(b))) {
    if (file.observed.client.copyOf !== undefined) continue
    for (const { server, name } of file.desired.wanted) {
      if (server === BRIDGE || !servers.includes(server) || !file.plan.present.has(name)) continue
      const digest = digestFor(input, server, startSide(file.observed))
      if (known[digest] === undefined && !found.has(digest)) found.set(digest, [file, server])
    }
  }
  return found
}

/** Starts each of these servers whose tools are not known, once, as a program would, and keeps what they cost. */
export async function weighUnknown(
  system: System,
  situation: Situation,
  input: PlanInput,
  plan: Plan,
  servers: readonly string[],
  options: WeighingOptions,
): Promise<Weighing> {
  const before = await readWeights(system, input)
  const unknown = [...unknownLaunches(plan, input, before, servers).values()]
  const reasons = new Map<string, string>()
  if (!options.starts) for (const [, server] of unknown) reasons.set(server, 'it was not started')
  if (!options.starts || unknown.length === 0) return { launches: before, reasons }
  const files = plan.files.map((file) => withServers(file, ({ server }) => unknown.some((one) => one[0] === file && one[1] === server)))
  const told = (left: number): void => options.told(left, unknown.length)
  told(unknown.length)
  const { checks, untried } = await tryFiles(system, situation, input, files, options, told)
  for (const { server, reason } of [...checks, ...untried]) if (reason !== null) reasons.set(server, reason)
  return { launches: await readWeights(system, input), reasons }
}

/** The same for a server that no program has an entry of, as a shared one. */
export async function weighAtHome(system: System, input: PlanInput, server: string, options: WeighingOptions): Promise<Weighing> {
  const before = await readWeights(system, input)
  if (before[digestFor(input, server, input.home)] !== undefined) return { launches: before, reasons: new Map() }
  const probe = options.starts ? await askShared(system, input, server, options) : null
  const reason = probe === null ? 'it was not started' : probe.ok ? null : probe.reason
  return { launches: await readWeights(system, input), reasons: new Map(reason === null ? [] : [[server, reason]]) }
}
