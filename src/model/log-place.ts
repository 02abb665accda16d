import type { NativePath } from './path.ts'

/** Where one program keeps logs on a side: folders below `base`, one name after the other, then files. */
export interface LogPlace {
  readonly base: NativePath
  /** A folder name each; what a pattern's first group catches is the server's name. */
  readonly folders: readonly RegExp[]
  readonly file: RegExp
  /** Of the files in one folder only the newest is looked at: one file a session. */
  readonly newestOnly: boolean
}
