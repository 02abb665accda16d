import { clientById } from '../../catalog/clients/index.ts'
import { EXIT, TwinError } from '../../errors.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { detectWorld } from '../machine/detect.ts'
import { pause } from '../machine/pause.ts'
import { runningPrograms } from '../machine/running.ts'

/** Interval for listing programs, in ms; across the border that starts a program. */
const LOOK_MS = 1000

/** Names differ by case except on Windows: `Claude` is the app, `claude` is Claude Code. */
const isOne = (environment: Environment, names: readonly string[], seen: string): boolean =>
  environment.kind === 'windows' ? names.some((name) => name.toLowerCase() === seen.toLowerCase()) : names.includes(seen)

/** Returns whether a client's program is running on a side; null where the side does not say. */
export async function programRuns(
  system: System,
  world: World,
  side: string,
  client: ClientDefinition,
  signal?: AbortSignal,
): Promise<boolean | null> {
  // A planted world is a file that a test may change meanwhile.
  const now = system.variables.MCP_TWIN_WORLD ? await detectWorld(system) : world
  const environment = now.environments.find(({ id }) => id === side)
  const names = environment === undefined ? null : await runningPrograms(system, now, environment, signal)
  if (environment === undefined || names === null) return null
  return names.some((seen) => isOne(environment, client.processes ?? [], seen))
}

/** A client on a side whose program writes its config back from memory. */
export interface Writer {
  readonly client: ClientDefinition
  readonly side: string
}

async function running(system: System, world: World, writers: readonly Writer[], signal: AbortSignal): Promise<Writer[]> {
  const found: Writer[] = []
  for (const each of writers) if ((await programRuns(system, world, each.side, each.client, signal)) === true) found.push(each)
  return found
}

/** Returns the running programs that may overwrite what a plan writes. */
export async function runningWriters(system: System, world: World, steps: readonly Step[], signal: AbortSignal): Promise<Writer[]> {
  const found = new Map<string, Writer>()
  for (const { client: id, outcome, change, environment } of steps) {
    const client = id === null ? null : clientById(id)
    if (client?.writesBack === true && outcome === 'planned' && ['add', 'update', 'remove'].includes(change))
      found.set(`${client.id} ${environment}`, { client, side: environment })
  }
  return running(system, world, [...found.values()], signal)
}

/** Waits until all these programs have quit. Throws `cancelled` on abort. */
export async function untilQuit(system: System, world: World, writers: readonly Writer[], signal: AbortSignal): Promise<void> {
  for (let left = writers; left.length > 0; ) {
    if (signal.aborted) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
    left = await running(system, world, left, signal)
    if (left.length > 0) await pause(LOOK_MS, signal)
  }
}
