import type { Progress } from '../../context.ts'
import type { Judge } from '../../model/afterwards.ts'
import type { Secret } from '../../model/secret.ts'
import type { ListenToTried } from './checks.ts'

/** The options of a sync. */
export interface SyncOptions {
  readonly clients: readonly string[]
  readonly on: readonly string[]
  /** Only these servers; absent: all. */
  readonly servers?: ReadonlySet<string>
  readonly desktopConfig?: string
  readonly check: boolean
  readonly dryRun: boolean
  readonly force: boolean
  readonly prune: boolean
  readonly offline: boolean
  /** False: does not look up packages without a pinned version, so nothing uses the network. */
  readonly resolve: boolean
  /** Looks the versions of ranges and tags up again. */
  readonly refresh: boolean
  /** Copies this program to every side even where no entry names it (init). */
  readonly selfEverywhere: boolean
  /** Accepts any complete version of this program: a long-running process must not replace a newer one. */
  readonly anySelf?: boolean
  /**
   * A person typed the command, so a trusted project stays trusted with what it writes. Absent: started by a program, which
   * never trusts anything.
   */
  readonly keepsTrust?: boolean
  /** A person typed or confirmed what this run writes: its launches may start by themselves from then on. */
  readonly agrees?: boolean
  /** `--no-try`: a new version of a package is not started before it is written. */
  readonly untried?: boolean
  /** Also writes the hook of the program at home that shows what waits (init). */
  readonly hook?: boolean
  /** Also makes mcp-twin a command on PATH (init). */
  readonly command?: boolean
  /** Files that this run shall not look at, though they take part. */
  leaveOut?(file: { readonly environment: string; readonly client: string; readonly file: string }): boolean
  /** Looks at what the run leads to, and stops it by throwing. */
  readonly judge?: Judge
  /** Hears what servers say that are tried. */
  readonly listen?: ListenToTried
  readonly signal: AbortSignal
  progress(title: string): Progress
  /** Masks a key in all output. */
  hide(value: Secret): void
}
