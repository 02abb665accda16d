import type { Guarded } from '../machine/far-modes.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { Reason } from '../../model/reason.ts'

/** What to do with a file, decided on the bytes it holds. */
export type Decision =
  | { readonly kind: 'nothing' }
  | ({ readonly kind: 'refuse' } & Reason)
  | {
      readonly kind: 'replace'
      readonly bytes: Uint8Array
      /** True: nobody else may be able to read the file from now on. */
      readonly holdsKey: boolean
      /** Exact permission bits, where they shall differ from those the file has. */
      readonly mode?: number
      /** Checks what will be written; returns the reason why it must not be, or null. */
      readonly check?: () => string | null
    }
  /** Remove the file, and at most `folders` folders above it that are then empty. */
  | { readonly kind: 'remove'; readonly folders?: number }

/**
 * Decides on the bytes and permission bits found; called again with the new ones whenever another program changed the file
 * meanwhile.
 */
export type Decide = (bytes: Uint8Array | null, mode?: number | null) => Decision | Promise<Decision>

/** One file to be rewritten. */
export interface RewriteTarget extends Guarded {
  readonly here: ReachablePath
  /** The file as its own side spells it, for messages. */
  readonly shown: string
  /** Id of the side this process runs on, for the lock. */
  readonly side: string
  readonly ownLock?: 'proper-lockfile'
  /** A file that its program holds by flock while it writes this one, and the program's name for people. */
  readonly held?: { readonly file: ReachablePath; readonly program: string }
  /** On a Windows drive: the program that most likely holds the file when it cannot be replaced. */
  readonly holder?: string
  /** `refuse`: a symbolic link is not followed but refused, with the reason. */
  readonly links: 'follow' | 'refuse'
  /** Of a project's file: the real path of the project's root, which the file must not lie outside of. Null: not a project's. */
  readonly within: ReachablePath | null
  /** Permission bits of a file that we make; it is 0600 by default and in any case when it holds a key. */
  readonly createMode?: number
  /** A folder that must be there already, such as the user's home: we never make it. */
  readonly base?: ReachablePath
  readonly signal?: AbortSignal
}

export interface RewriteOutcome {
  readonly kind: 'unchanged' | 'written' | 'refused' | 'failed'
  readonly reason?: string
  readonly hint?: string
  readonly line?: number
  readonly column?: number
  /** True: the file was not there before. */
  readonly created?: boolean
  /** SHA-256 of the bytes before and after; null: no file. */
  readonly before: string | null
  readonly after: string | null
  readonly notices: readonly string[]
}

/** What a backup keeps of a file before it is changed. */
export interface Saved {
  readonly bytes: Uint8Array | null
  readonly mode: number | null
  /** SHA-256 of what will be written; null: the file will be removed. */
  readonly after: string | null
  /** How many folders above the file were made for it. */
  readonly folders: number
}

/** The backup of one file in one run. `save` replaces what it saved before, unless that was followed by `wrote`. */
export interface Backup {
  /** Stores the bytes, flushed, before anything is written. */
  save(saved: Saved): Promise<void>
  /** The file is written: keep what was saved last. */
  wrote(): Promise<void>
  /** The file is not written: drop what was saved. */
  discard(): Promise<void>
}
