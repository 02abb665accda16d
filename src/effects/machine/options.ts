import type { Environment } from '../../model/environment.ts'
import type { ReachablePath } from '../../model/path.ts'

export interface DetectOptions {
  /** The WSL distributions that take part; default: the own one, or home's, or Windows' default. */
  readonly distro?: string | readonly string[]
  /** Asks anew whatever was remembered. */
  readonly refresh?: boolean
  /** Starts no distribution that is stopped, but for home's: a page looks again and again. */
  readonly letsSleep?: boolean
  onProgress?(text: string): void
  /** Our own folder on this side, where the answers are remembered; default: as `ownFolder` says. */
  readonly folder?: ReachablePath
  readonly signal?: AbortSignal | undefined
  /** Ignores a folder of ours that other users control instead of refusing it; for a command that only reports it. */
  readonly reportOnly?: boolean
}

/** The way to inspect one side from another. */
export interface SideLook {
  readonly onProgress?: DetectOptions['onProgress']
  readonly signal?: AbortSignal | undefined
  /** The other sides as they were found before, however long ago. */
  readonly earlier?: readonly Environment[]
  /** The distributions that may be entered, in lower case; absent: all. */
  readonly awake?: ReadonlySet<string>
}
