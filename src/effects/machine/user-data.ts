import { userDataVariable } from '../../core/desktop/places.ts'
import { isWindows } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { queryRegistry } from './registry.ts'
import { variable } from './variables.ts'

/** What the registry said is believed for so long: a watcher asks again and again. */
const LASTS_MS = 60_000

const asked = new WeakMap<System, Map<string, { readonly atMs: number; readonly value: Promise<string | undefined> }>>()

/** `CLAUDE_USER_DATA_DIR` as the side's environment was when it was last asked for all its variables. */
export const knownUserData = ({ variables = {} }: Environment): string | undefined => variable(variables, userDataVariable)

/**
 * `CLAUDE_USER_DATA_DIR` as programs that a person starts on Windows get it from now on. Terminals, WSL among them, keep the
 * environment that they were started with, and our memory of a side may be days old. Undefined: not set, or not told.
 */
export async function userDataInRegistry(system: System, world: World, environment: Environment): Promise<string | undefined> {
  if (!isWindows(environment) || system.variables.MCP_TWIN_WORLD) return undefined
  const answers = asked.get(system) ?? new Map()
  asked.set(system, answers)
  const before = answers.get(environment.id)
  const age = before === undefined ? Infinity : system.now() - before.atMs
  if (before !== undefined && age >= 0 && age < LASTS_MS) return before.value
  const value = look(system, world, environment)
  answers.set(environment.id, { atMs: system.now(), value })
  return value
}

async function look(system: System, world: World, environment: Environment): Promise<string | undefined> {
  const values = await queryRegistry(system, world, environment, 'HKCU\\Environment')
  if (typeof values === 'string') return undefined
  const value = variable(Object.fromEntries(values), userDataVariable)
  const path = value === undefined ? undefined : expanded(environment, value)
  // A letter that the console's code page lacks is printed as a question mark, which no path holds.
  return path === undefined || /[?%]/.test(path) ? undefined : path
}

/** `%USERPROFILE%\x` with the folders that are known of that side. */
function expanded({ home, appData, localAppData, systemRoot = native('C:\\Windows'), user }: Environment, text: string): string {
  const known: Record<string, string | undefined> = {
    userprofile: home,
    appdata: appData,
    localappdata: localAppData,
    systemroot: systemRoot,
    username: user,
    systemdrive: systemRoot.slice(0, 2),
    homedrive: home.slice(0, 2),
    homepath: home.slice(2),
  }
  return text.replace(/%([^%]+)%/g, (whole, name: string) => known[name.toLowerCase()] ?? whole)
}
