import type { Entry } from '../../model/entry.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { Unreadable } from '../launch/meaning.ts'

/** What Claude Code of one side goes by besides the file that we write. */
export interface ClaudeCodeFacts {
  readonly environment: Environment
  /** A managed set of servers, which hides all others; `names` null: it cannot be read. */
  readonly managed: { readonly file: NativePath; readonly here: ReachablePath; readonly names: readonly string[] | null } | null
  readonly policies: readonly Policy[]
  /** Files that hold `mcpServers` where Claude Code does not look for them. */
  readonly unread: readonly { readonly file: NativePath; readonly names: readonly string[] }[]
  /** Servers of the local scope: by project, in `~/.claude.json`. */
  readonly local: readonly ScopedEntry[]
  /** Servers of `.mcp.json` files in the working folder and above. */
  readonly project: readonly (ScopedEntry & { readonly approval: 'approved' | 'pending' | 'rejected' })[]
  /** User servers that are switched off in the project of the working folder. */
  readonly switchedOff: readonly { readonly project: string; readonly name: string }[]
}

export interface Policy {
  readonly file: NativePath
  /** Names that alone are allowed; null: it names none, so all are. */
  readonly allowed: readonly string[] | null
  readonly denied: readonly string[]
  readonly onlyManaged: boolean
}

export interface ScopedEntry {
  /** The project's folder. */
  readonly folder: NativePath
  readonly name: string
  readonly entry: Entry | Unreadable
}

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
