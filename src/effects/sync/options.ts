import type { Progress } from '../../context.ts'
import type { Secret } from '../../model/secret.ts'

/** How a sync is to be done. */
export interface SyncOptions {
  readonly clients: readonly string[]
  readonly on: readonly string[]
  readonly desktopConfig?: string
  readonly check: boolean
  readonly dryRun: boolean
  readonly force: boolean
  readonly prune: boolean
  readonly offline: boolean
  /** False: what has no pinned version yet is not looked up, so that nothing touches the network. */
  readonly resolve: boolean
  /** Look the versions of ranges and tags up again. */
  readonly refresh: boolean
  /** Put this program on every side even where no entry names it (init). */
  readonly selfEverywhere: boolean
  /** Take any whole version of this program for current: what has run for long must not put itself back over a newer one. */
  readonly anySelf?: boolean
  /**
   * A person typed the command, so that a trusted project stays trusted with what it writes. Absent: what only a program
   * starts never trusts anything.
   */
  readonly keepsTrust?: boolean
  /** `--no-check`: a new version of a package is not started before it is written. */
  readonly untried?: boolean
  /** Files that this run shall not look at, though they take part. */
  leaveOut?(file: { readonly environment: string; readonly client: string; readonly file: string }): boolean
  readonly signal: AbortSignal
  progress(title: string): Progress
  /** Tells the terminal to hide a key. */
  hide(value: Secret): void
}
