import type { PackagePrefix } from '../../core/packages/place.ts'
import type { NpmTrouble } from '../../core/packages/trouble.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble, wordsOf } from '../store/trouble.ts'

export interface InstallOptions {
  /** Let npm run the install scripts of the package and of what it brings along. */
  readonly allowScripts: boolean
  readonly offline: boolean
  readonly prefix: PackagePrefix
  /** Reads npm settings only from npmrc files, see `NpmCall`. */
  readonly npmrcOnly?: boolean | undefined
  readonly onProgress?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface InstallResult {
  readonly outcome: 'done' | 'present' | 'failed'
  readonly reason?: string
  readonly hint?: string
  /** npm's own output about a failure, keys masked, for `--verbose`. */
  readonly detail?: string
  /** Packages whose install scripts were not run: `name@version`. */
  readonly scripts?: readonly string[]
  /** Warnings of a successful install: a package that needs another Node, a program that is missing. */
  readonly notices?: readonly string[]
}

/** The inputs of an installation, for either kind of prefix. */
export interface InstallJob {
  readonly system: System
  readonly world: World
  readonly environment: Environment
  readonly folder: NativePath
  readonly locked: LockedPackage
  readonly options: InstallOptions
}

/** Ten minutes: a slow line and a package with a browser in it. */
export const installTimeoutMs = 600_000

export const failed = (reason: string, hint: string): InstallResult => ({ outcome: 'failed', reason, hint })

/** Returns the result for a failed npm call. */
export const npmFailed = ({ reason, hint, detail }: NpmTrouble): InstallResult => ({
  ...failed(reason, hint),
  ...(detail === undefined ? {} : { detail }),
})

/** Returns reason and hint for a file system error; rethrows anything else, which is a bug. */
export function fileTrouble(error: unknown): { reason: string; hint: string } {
  if (!isTrouble(error)) throw error
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file'
  const { reason, hint = 'mcp-twin doctor' } = wordsOf(error, path)
  return { reason, hint }
}
