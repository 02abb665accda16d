import type { NativePath, ReachablePath } from '../../model/path.ts'

/** A copy of Claude Desktop's config that it does not read. */
export interface StaleCopy {
  readonly file: NativePath
  readonly here: ReachablePath | null
  /** Names of its servers; null: it cannot be read. */
  readonly names: readonly string[] | null
  /** Entries that we wrote are left in it, with their keys. */
  readonly ours: boolean
}
