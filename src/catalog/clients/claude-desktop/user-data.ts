import { variableIn } from '../../../core/lookup.ts'
import { isWindows } from '../../../core/paths.ts'
import type { Environment } from '../../../model/environment.ts'
import type { LocateRequest } from '../../../model/located.ts'
import { native } from '../../../model/path.ts'
import { userDataVariable } from './places.ts'

/** `CLAUDE_USER_DATA_DIR` as the side's environment was when it was last asked for all its variables. */
export const knownUserData = ({ variables = {} }: Environment): string | undefined => variableIn(variables, userDataVariable)

/**
 * `CLAUDE_USER_DATA_DIR` as programs that a person starts on Windows get it from now on. Terminals, WSL among them, keep the
 * environment that they were started with, and our memory of a side may be days old. Undefined: not set, or not known.
 */
export async function userDataInRegistry({ environment, registry }: LocateRequest): Promise<string | undefined> {
  if (!isWindows(environment)) return undefined
  const values = await registry('HKCU\\Environment')
  if (typeof values === 'string') return undefined
  const value = variableIn(Object.fromEntries(values), userDataVariable)
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
