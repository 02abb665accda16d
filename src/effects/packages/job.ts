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
  /** Of npm's settings only those of npmrc files count, as `NpmCall` says. */
  readonly npmrcOnly?: boolean | undefined
  readonly onProgress?: ((text: string) => void) | undefined
  readonly signal?: AbortSignal | undefined
}

export interface InstallResult {
  readonly outcome: 'done' | 'present' | 'failed'
  readonly reason?: string
  readonly hint?: string
  /** npm's own words about a failure, keys masked, for `--verbose`. */
  readonly detail?: string
  /** Packages that wanted to run install scripts and were not let: `name@version`. */
  readonly scripts?: readonly string[]
  /** Worth telling although it went well: a package that wants another Node, a program that is missing. */
  readonly notices?: readonly string[]
}

/** What an installation works with, whichever prefix it goes to. */
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

/** npm did not do it. */
export const npmFailed = ({ reason, hint, detail }: NpmTrouble): InstallResult => ({
  ...failed(reason, hint),
  ...(detail === undefined ? {} : { detail }),
})

/** What the file system refused while a folder of ours was made, in words. Rethrows what is no trouble of files: that is a bug of ours. */
export function fileTrouble(error: unknown): { reason: string; hint: string } {
  if (!isTrouble(error)) throw error
  const path = 'path' in error && typeof error.path === 'string' ? error.path : 'a file'
  const { reason, hint = 'mcp-twin doctor' } = wordsOf(error, path)
  return { reason, hint }
}
