import type { ReachablePath } from '../../model/path.ts'

/** Somebody else decides what a file says that decides what is started. */
export interface OwnerFault {
  readonly path: ReachablePath
  /** Who, in words. */
  readonly words: string
  readonly fix: string
  /** The mode that closes it, where it is a file or folder of this user's own; null: it is not. */
  readonly mend: number | null
}

export interface OwnerFacts {
  readonly faults: readonly OwnerFault[]
  /** Folders on file systems where owner and mode say nothing. */
  readonly untold: readonly ReachablePath[]
}
