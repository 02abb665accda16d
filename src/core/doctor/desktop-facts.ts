import type { Environment } from '../../model/environment.ts'
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

/** What an administrator's rules say of Claude Desktop on one side. */
export interface DesktopPolicies {
  readonly environment: Environment
  /** A value each, with the key of the registry that it stands in: `HKLM\SOFTWARE\Policies\Claude`. */
  readonly values: readonly { readonly key: string; readonly name: string; readonly value: string }[]
  /** Why they are not known; null: they are. */
  readonly trouble: string | null
}
