import { runSide } from '../launch/side.ts'
import { weightDigest } from '../launch/identity.ts'
import { lookUp } from '../lookup.ts'
import { BRIDGE } from '../manifest/new-name.ts'
import { type CellState, matrixOf } from '../plan/matrix.ts'
import { type Plan, type PlanInput, type PlannedFile, startSide } from '../plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { WeightsFile } from './file.ts'
import { byWeight, tokensOf, type Weight } from './weight.ts'

/** A server that a program lists the tools of; `tools` null: they are not known. */
export interface WeighedServer {
  readonly name: string
  readonly tools: readonly Weight[] | null
}

/** What the servers of one program cost in each of its conversations. */
export interface ProgramWeight {
  readonly environment: string
  readonly client: string
  /** The heaviest first. */
  readonly servers: readonly WeighedServer[]
}

/** What is known of tools: of the bridge, as it lists them itself, and of all others, as they answered. */
export interface KnownWeights {
  readonly launches: WeightsFile
  /** Null: the bridge is off. */
  readonly bridge: readonly Weight[] | null
  /** The tools of shared servers, as the bridge lists them. */
  readonly shared: Readonly<Record<string, readonly Weight[]>>
}

/** The digest of what a program of this side starts for a server. */
export function digestFor({ manifest, render, home }: PlanInput, server: string, side: Environment): string {
  const spec = lookUp(manifest.servers, server) ?? {}
  const at = runSide(spec, side, render.world, home) ?? side
  return weightDigest(spec, at, render.lock)
}

/** What a server costs in a program of this side. */
export const toolsOn = (input: PlanInput, known: KnownWeights, server: string, side: Environment): readonly Weight[] | null =>
  server === BRIDGE ? known.bridge : (known.launches[digestFor(input, server, side)]?.tools ?? null)

/** A cell in these states lists no tools in its program. */
const absent: readonly CellState[] = ['off', 'not here', 'missing', 'unmanaged', 'needs key', 'file is broken']

/** The programs that read their file, with the servers that they have now. */
export function weighPrograms(plan: Plan, input: PlanInput, known: KnownWeights): ProgramWeight[] {
  const files = plan.files.filter(({ observed }) => observed.client.copyOf === undefined && observed.unused !== true)
  const { servers } = matrixOf({ ...plan, files }, input.manifest, input.render.lock, [])
  return files.map((file, at): ProgramWeight => {
    const listed = servers.flatMap(({ name, cells }): WeighedServer[] => {
      const state = cells[at]?.state ?? 'off'
      if (absent.includes(state)) return []
      const tools = state === 'shared' ? (lookUp(known.shared, name) ?? null) : toolsOn(input, known, name, startSide(file.observed))
      return [{ name, tools }]
    })
    return { ...placeOf(file), servers: listed.sort((a, b) => byWeight({ tokens: sum(a) }, { tokens: sum(b) })) }
  })
}

const placeOf = ({ plan: { environment, client } }: PlannedFile): Pick<ProgramWeight, 'environment' | 'client'> => ({ environment, client })

const sum = ({ tools }: WeighedServer): number | null => (tools === null ? null : tokensOf(tools))
