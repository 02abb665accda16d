import type { Environment } from '../model/environment.ts'
import type { NativePath } from '../model/path.ts'
import { joinPath } from './paths.ts'

/** Every path that the program owns on one side. Which of them exist depends on whether the side is home. */
interface Layout {
  readonly folder: NativePath
  /** The launcher that every entry of ours names. */
  readonly launcher: NativePath
  readonly bin: NativePath
  readonly app: NativePath
  /** Names the version in `app` that is in use. */
  readonly current: NativePath
  readonly npm: NativePath
  /** Packages of PyPI, each in a folder of its own. */
  readonly pypi: NativePath
  readonly cache: NativePath
  readonly locks: NativePath
  readonly manifest: NativePath
  readonly lock: NativePath
  readonly secrets: NativePath
  readonly state: NativePath
  readonly backups: NativePath
  readonly bridge: NativePath
  readonly homeJson: NativePath
  readonly launches: NativePath
  readonly logins: NativePath
  /** What the tools of each server cost. */
  readonly weights: NativePath
}

/** The folder's name on every side, below the user's home. Never inside AppData, which packaged programs see a copy of. */
export const folderName = '.mcp-twin'

/** Names of the files that tell whether a folder is home's or points to home. */
export const manifestName = 'mcp-twin.json'
export const homeJsonName = 'home.json'
/** Name of the file of keys. */
export const secretsName = 'secrets.json'
/** Name of the file of logins. */
export const loginsName = 'logins.json'

/** All paths below our folder, as that side spells them. */
export function layout(environment: Environment, folder: NativePath): Layout {
  const at = (...names: string[]): NativePath => joinPath(environment, folder, ...names)
  return {
    folder,
    bin: at('bin'),
    launcher: at('bin', 'mcp-twin.mjs'),
    app: at('app'),
    current: at('app', 'current'),
    npm: at('npm'),
    pypi: at('pypi'),
    cache: at('cache.json'),
    locks: at('locks'),
    manifest: at(manifestName),
    lock: at('mcp-twin.lock.json'),
    secrets: at(secretsName),
    state: at('state.json'),
    backups: at('backups'),
    bridge: at('bridge'),
    homeJson: at(homeJsonName),
    launches: at('launches.json'),
    logins: at(loginsName),
    weights: at('weights.json'),
  }
}

/** The npm prefix of one package version below `npm/`: `@scope/name` 1.2.3 → `@scope+name@1.2.3`, one folder, no nesting. */
export const packageFolder = (name: string, version: string): string => `${name.replaceAll('/', '+')}@${version}`
