import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { detectWorld } from '../machine/detect.ts'
import { runningPrograms } from '../machine/running.ts'

/** Windows does not tell names apart by case. Elsewhere it must: `Claude` is the app, `claude` is Claude Code. */
const isOne = (environment: Environment, names: readonly string[], seen: string): boolean =>
  environment.kind === 'windows' ? names.some((name) => name.toLowerCase() === seen.toLowerCase()) : names.includes(seen)

/** Is a client's program running on a side right now? Null: the side does not tell. */
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
