import type { JsonObject, Launch, Remote, Unreadable } from './entry.ts'
import type { Environment, EnvironmentKind } from './environment.ts'
import type { FormatName, ReadConfig } from './format.ts'
import type { Located, LocateRequest, SideFiles } from './located.ts'
import type { LogPlace } from './log-place.ts'
import type { NativePath } from './path.ts'
import type { ScopeFacts, ScopeRequest } from './scopes.ts'

/** What a client knows when it fills the references in an entry. */
export interface ReferenceContext {
  /** A variable of the environment in which the client runs. */
  variable(name: string): string | undefined
  readonly home: string
  /** The folder that is open in it; null where that is not known. */
  readonly project: string | null
  readonly isWindows: boolean
}

/** How a client names environment variables and the like in the texts of an entry. */
export interface References {
  /** A reference to a variable: `${NAME}`. */
  write(name: string): string
  /** A text with its references filled, as the client does it before it starts a server. */
  fill(text: string, context: ReferenceContext): string
  /** References without a default, global; the first group is the variable's name. */
  readonly pattern: RegExp
  /** Variables that the client itself sets for every server. */
  readonly given?: readonly string[]
  /** What a variable that is not set becomes: nothing, or the reference as it is written. */
  readonly unset: 'empty' | 'kept'
}

/** How a client spells an entry, where that is not the common `command`, `args`, `env`, and `url`, `headers`. */
export interface EntrySpelling {
  /** A server that is started. Default: `command`, `args`, `env`. */
  stdio?(launch: Launch): JsonObject
  /** A server that it reaches by itself; null where it cannot: it gets one that relays. Absent: it reaches none. */
  remote?(remote: Remote): JsonObject | null
  /** True: a remote entry that does not say SSE is tried over Streamable HTTP first, then over SSE. */
  readonly triesBoth?: true
  /** Reads an entry into the common spelling. */
  read?(value: JsonObject): JsonObject | Unreadable
  /** Keys that say what an entry means, besides the common ones. */
  readonly keys?: readonly string[]
  /** Keys that the program refuses beside those of this entry, whoever wrote them. */
  excludes?(value: JsonObject): readonly string[]
}

/** How a client starts servers, where they get another environment than a person's shell has. */
export interface Starting {
  /** The names of the variables that it passes on, no others; absent: all. */
  passesOn?(environment: Pick<Environment, 'kind'>): readonly string[]
  /** Variables that it adds. `project`: the folder that is open in it. */
  adds?(project: string): Readonly<Record<string, string>>
  /** The working directory of its servers; absent: the user's home. */
  folder?(environment: Pick<Environment, 'kind' | 'home'>): string
  /**
   * The kind of side on which it starts the servers of this file, where that is not the file's own; null: its own. `read` reads
   * the table of the file at `path`, such as `['desktop']`.
   */
  elsewhere?(
    environment: Pick<Environment, 'kind'>,
    read: (path: readonly string[]) => ReadConfig,
  ): { readonly kind: EnvironmentKind; readonly because: string } | null
}

/** How the file that a client reads is found, where it may be one of several. A flag of ours can name it too. */
export interface Locator {
  find(request: LocateRequest): Promise<Located>
  /** True where a file that it had before is left alone, since it may come to read it again by itself. */
  keepsFormer(environment: Environment): boolean
}

/** How a project's file is written. */
export interface ProjectFile {
  /** Relative to the project: `.mcp.json`. */
  readonly path: string
  /** Placeholders for the user's home (null: it has none) and for the project's folder. */
  readonly words: { readonly home: string | null; readonly project: string }
  /** A symbolic link in its place is refused by the program itself. */
  readonly refusesLink?: true
}

/** Links that open a client, as its documentation describes them. A link only fills the input; a person sends it. */
export interface ClientLinks {
  /** Sides on which its links are known to the system. */
  readonly on: readonly EnvironmentKind[]
  /** A new conversation with one line in its input. */
  fresh(line: string): string
  /** An existing conversation, by its UUID. */
  conversation?(id: string): string
}

/** The setting by which a client's model is chosen. */
export interface ModelSetting {
  /** The file, as its side spells it. */
  file(environment: Environment): NativePath
  /** Its place in the file. */
  readonly path: readonly string[]
  /** When a change takes effect, in words for people. */
  readonly takesEffect: string
}

/**
 * One program that has an MCP config. A definition is data and a few functions that reach the machine only through what they
 * are handed. To add a client: a folder in catalog/clients and one line in its index; nobody outside asks for a client by id.
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
  /** Environments where it is used only when that very side is named or switched on for it. */
  readonly onlyNamedSide?: readonly EnvironmentKind[]
  /** It takes part only when the manifest's `clients` switches it on, wherever its files exist. */
  readonly switchedOn?: true
  /** Written by its documentation: no test of ours has run it. */
  readonly untried?: true
  /** User-scope file on an environment, as that side spells it. */
  file(environment: Environment): NativePath
  /** Another name of that file, which counts in its place where it is there. */
  preferredFile?(environment: Environment): NativePath
  /** The folder whose existence says that the client is installed; default: the file's folder. */
  folder?(environment: Environment): NativePath
  /** Further user-scope files that it reads besides `file`: one for each of its profiles. */
  moreFiles?(environment: Environment, files: SideFiles): Promise<readonly NativePath[]>
  /** Set where the file that it reads is one of several. */
  locator?(): Promise<Locator>
  readonly project?: ProjectFile
  /** A short form of its id, as people call it. */
  readonly short?: string
  /** Where the entries are: `['mcpServers']`. */
  readonly container: readonly string[]
  readonly format: FormatName
  /** True: it rejects a byte order mark, so it is taken off with a notice. */
  readonly rejectsBom: boolean
  readonly spelling: EntrySpelling
  /** Absent: it fills in no variables. */
  readonly references?: References
  /** What it fills in by itself in any text, and what cannot be written otherwise: such an entry is started by its name. */
  readonly fills?: RegExp
  /** People publish this file, so no key is written into it: a server with one is started by its name. */
  readonly published?: true
  /** False for a name that it refuses; a fitting one is then made, stably. */
  nameFits(name: string): boolean
  /** Lock that the program itself takes while it writes this file. */
  readonly ownLock?: 'proper-lockfile'
  /** A file beside its config that the program holds by flock while it writes. */
  readonly heldFile?: string
  /** File names of its processes, to see whether it is running. */
  readonly processes?: readonly string[]
  /** While it runs it keeps its config in memory and writes it back, dropping what others wrote meanwhile. */
  readonly writesBack?: true
  /** How to quit it, where closing its window is not enough. */
  readonly quit?: string
  /** What a person does for it to take the new entries up; empty: nothing. */
  readonly restart: string
  /** Nothing reads the file: it is kept equal to that of the client of this id, and starts nothing. */
  readonly copyOf?: string
  readonly starting?: Starting
  /** Variables of a side that decide where it keeps its files. */
  readonly variables?: readonly string[]
  /** Where it keeps logs about servers. `cache`: `XDG_CACHE_HOME` there, where it is known. */
  logs?(environment: Environment, cache: NativePath | undefined): readonly LogPlace[]
  /** Files and folders of its own that the bridge keeps closed in any folder, besides the project's file. `*`: a part of a name. */
  readonly closed?: readonly string[]
  /** The same as whole folders of one side. */
  closedFolders?(environment: Environment): readonly NativePath[]
  /** Its settings file, in which commands are named that run when a conversation begins and whose output becomes part of it. */
  hookFile?(environment: Environment): NativePath
  /** What it goes by besides the user's file. */
  scopes?(): Promise<(request: ScopeRequest) => Promise<ScopeFacts>>
  /**
   * The `clientInfo.name` that it sends to servers, where it shows its model an answer's `structuredContent` in place of the words.
   * Such a program gets the words alone: they are complete, and hints stand nowhere else.
   */
  readonly showsDataAs?: string
  readonly links?: ClientLinks
  /** Absent: no documented setting chooses its model. */
  readonly model?: ModelSetting
  /** Policies on Windows that may keep it from starting servers. */
  readonly policies?: { readonly keys: readonly string[]; readonly switchesServers: string; readonly switchesExtensions?: string }
  /** Where it keeps extensions that a person installed in it, beside its config: folders and a file. It rewrites them; nobody else does. */
  readonly extensions?: { readonly folder: string; readonly settings: string; readonly installations: string }
}

/** Identity helper, so that a definition file reads as one declaration and is checked as one. */
export const defineClient = (definition: ClientDefinition): ClientDefinition => definition
