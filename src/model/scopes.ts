import type { Entry, Unreadable } from './entry.ts'
import type { Environment } from './environment.ts'
import type { SideFiles } from './located.ts'
import type { NativePath, ReachablePath } from './path.ts'

/** What a program with several scopes reads besides the user's file that we write. */
export interface ScopeFacts {
  /** A managed set of servers, which hides all others; `names` null: it cannot be read. */
  readonly managed: { readonly file: NativePath; readonly here: ReachablePath; readonly names: readonly string[] | null } | null
  readonly policies: readonly ManagedPolicy[]
  /** Files that hold servers where the program does not look for them. */
  readonly unread: readonly { readonly file: NativePath; readonly names: readonly string[] }[]
  /** Servers of the local scope: by project, in the user's file. */
  readonly local: readonly ScopedEntry[]
  /** Servers of project files in the working folder and above. */
  readonly project: readonly (ScopedEntry & { readonly approval: 'approved' | 'pending' | 'rejected' })[]
  /** User servers that are switched off in the project of the working folder. */
  readonly switchedOff: readonly { readonly project: string; readonly name: string }[]
}

export interface ManagedPolicy {
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

/** What the reader of a program's scopes may ask. */
export interface ScopeRequest {
  readonly environment: Environment
  /** The user's file. */
  readonly file: NativePath
  readonly files: SideFiles
  /** The Windows that a WSL distribution belongs to. */
  readonly windows: { readonly environment: Environment; readonly files: SideFiles } | null
  /** The working folder and those above it, the nearest first; none on another side. */
  readonly folders: readonly NativePath[]
  /** A file of a project as it counts there; null too where it leads out of its folder. */
  readInside(folder: NativePath, ...names: readonly string[]): Promise<Uint8Array | null>
}
