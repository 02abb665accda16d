import type { JsonObject, Remote } from './entry.ts'
import type { Environment, EnvironmentKind } from './environment.ts'
import type { FormatName } from './format.ts'
import type { NativePath } from './path.ts'

/** One place where a client's config may be. `pattern` parts may hold `*` (one folder name, case-insensitive). */
export interface Candidate {
  readonly parts: readonly string[]
  readonly base: NativePath
  /** Which rule found it, for reports: `classic`, `msix`, `claude-data`. */
  readonly rule: string
}

/** What a client knows when it fills the references in an entry. */
export interface ReferenceGround {
  /** A variable of the environment in which the client runs. */
  variable(name: string): string | undefined
  readonly home: string
  /** The folder that is open in it; null where that is not known. */
  readonly project: string | null
  readonly isWindows: boolean
}

/**
 * One program that has an MCP config. A definition is data and a few pure functions; everything that reads or
 * writes lives in `effects`. To add a client: one file in catalog/clients and one line in its index.
 */
export interface ClientDefinition {
  readonly id: string
  readonly label: string
  /** Environments where it is used without being named. Elsewhere in `environments`: only when its file or folder exists. */
  readonly always: readonly EnvironmentKind[]
  /** Environments where it can be used at all. */
  readonly environments: readonly EnvironmentKind[]
  /** Environments where it is used only when named or switched on, even if its files exist. */
  readonly onlyNamed?: readonly EnvironmentKind[]
  /** User-scope file on an environment, as that side spells it; claude-desktop on Windows has its own locator. */
  file(environment: Environment): NativePath
  /** The folder whose existence says that the client is installed; default: the file's folder. */
  folder?(environment: Environment): NativePath
  /** Set where the live file is chosen among several at run time. */
  readonly locate?: 'claude-desktop'
  /** Project-scope file, relative to the project: `.mcp.json`. */
  readonly projectFile?: string
  /** Where the entries are: `['mcpServers']`. */
  readonly container: readonly string[]
  readonly format: FormatName
  /** True: it rejects a byte order mark, so it is taken off with a notice. */
  readonly rejectsBom: boolean
  /** Can it reach remote servers itself? False: it gets a stdio entry that relays. */
  readonly remotes: boolean
  /** A remote server in its own spelling; only where `remotes`. */
  remoteEntry?(remote: Remote): JsonObject
  /** Its own way to name an environment variable in a value, `${NAME}`; null: it knows none. */
  reference(name: string): string | null
  /** A text of an entry with its references filled, as the client does it before it starts a server; absent: it fills none. */
  fill?(text: string, ground: ReferenceGround): string
  /** Words that stand for the user's home and the project folder in a project file. */
  readonly projectWords?: { readonly home: string; readonly project: string }
  /** False for a name that it refuses; a fitting one is then made, stably. */
  nameFits(name: string): boolean
  /** Lock that the program itself takes while it writes this file. */
  readonly ownLock?: 'proper-lockfile'
  /** File names of its processes, to see whether it is running. */
  readonly processes?: readonly string[]
  /** A symbolic link in place of its project file is refused by the program itself. */
  readonly refusesProjectLink?: boolean
  /** What a person does for it to take the new entries up. */
  readonly restart: string
}

/** Identity helper, so that a definition file reads as one declaration and is checked as one. */
export const defineClient = (definition: ClientDefinition): ClientDefinition => definition
