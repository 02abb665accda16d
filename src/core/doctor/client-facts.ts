import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { ScopeFacts } from '../../model/scopes.ts'

/** A copy of a client's config that it does not read. */
export interface StaleCopy {
  readonly file: NativePath
  readonly here: ReachablePath | null
  /** Names of its servers; null: it cannot be read. */
  readonly names: readonly string[] | null
  /** Entries that we wrote are left in it, with their keys. */
  readonly ours: boolean
}

/** What an administrator's rules say of a client on one side. */
export interface WindowsPolicies {
  readonly client: string
  readonly environment: Environment
  /** A value each, with the key of the registry that holds it: `HKLM\SOFTWARE\Policies\Claude`. */
  readonly values: readonly { readonly key: string; readonly name: string; readonly value: string }[]
  /** Why they are not known; null: they are. */
  readonly trouble: string | null
}

/** What a client on one side goes by besides the file that we write. */
export interface ClientScopes extends ScopeFacts {
  readonly client: ClientDefinition
  readonly environment: Environment
}

/** The hook of our records in a program's settings. */
export interface HookFacts {
  readonly client: ClientDefinition
  readonly environment: Environment
  readonly file: NativePath
  /** `outdated`: as we wrote it, for a node or a folder that is no longer ours. `off`: hooks are switched off. */
  readonly found: 'ours' | 'off' | 'outdated' | 'edited' | 'gone' | 'unreadable'
  readonly why: string | null
}

/** The command on PATH that our records name on one side. */
export interface CommandFacts {
  readonly environment: Environment
  readonly file: NativePath
  /**
   * `outdated`: as we wrote it, for a program that is no longer there. `hidden`: another file of that name comes first on PATH.
   * `off`: its folder is no longer on PATH. Other sides are not asked for their PATH.
   */
  readonly found: 'ours' | 'outdated' | 'edited' | 'gone' | 'hidden' | 'off'
  /** The file that comes first. */
  readonly first: NativePath | null
}
