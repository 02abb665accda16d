import { isWindows } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'

/** The environment in which a program starts its servers on this side; the entry's own variables come on top. */
export function clientEnvironment(
  system: System,
  { starting }: Pick<ClientDefinition, 'starting'>,
  environment: Pick<Environment, 'kind'>,
  projectFolder: string,
): Record<string, string> {
  const all = Object.entries(system.variables).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  const names = starting?.passesOn?.(environment)
  const same = (name: string) => (isWindows(environment) ? name.toUpperCase() : name)
  // Keys handed to this run are for us, and a program that a person starts would not have them.
  const passed = all.filter(([name]) => (names === undefined ? !/^MCP_TWIN_SECRET_/i.test(name) : names.includes(same(name))))
  return { ...Object.fromEntries(passed), ...starting?.adds?.(projectFolder) }
}

/** The working directory of a program's servers. */
export const clientFolder = ({ starting }: Pick<ClientDefinition, 'starting'>, environment: Pick<Environment, 'kind' | 'home'>): string =>
  starting?.folder?.(environment) ?? environment.home
