import type { ToolsFile } from '../../core/foreign/tools-file.ts'
import type { Family, TerminalMode } from '../../model/bridge-words.ts'
import type { Environment, EnvironmentKind, World } from '../../model/environment.ts'
import type { ServerSpec } from '../../model/manifest.ts'

/** The sides of this computer that take part. */
export interface Sides {
  /** Where this process runs. */
  readonly self: Environment
  readonly others: readonly Environment[]
}

/** What a command in the sandbox may take, with all that it starts. */
export interface Quotas {
  /** Its own memory and what it writes into folders that lie in memory. */
  readonly memoryBytes: number
  readonly processes: number
  /** Processes and their threads. */
  readonly tasks: number
  readonly tmpBytes: number
  /** Its home folder, which is empty at first, and /dev/shm. */
  readonly homeBytes: number
}

/** What is looked up, at the moment of a wish, to check it and to show it to a person. */
export interface ConfigFacts {
  /** The servers of the person's own manifest. Throws a Refusal where it cannot be read. */
  servers(): Promise<Readonly<Record<string, ServerSpec>>>
  /** Whether an absolute path, in either spelling, is an ordinary file. */
  isFile(path: string): Promise<boolean>
}

/** The allowed folders: all of them, and those that are open to reading only. */
export interface Roots {
  readonly roots: readonly string[]
  readonly readable: readonly string[]
}

/** The settings that follow the manifest while a bridge runs. */
export type Followed = Roots &
  Pick<Settings, 'closed' | 'deny' | 'allow' | 'families' | 'readOnly' | 'terminal' | 'blockedCommands' | 'problems' | 'unreadable'>

/**
 * What a bridge is started with: decided once, from manifest and flags, by a person. No tool, argument, root of the
 * client or environment variable changes any of it while it runs. The allowed folders follow the manifest, and so does what it closes.
 */
export interface Settings {
  readonly version: string
  /** Who is on the other end, as `--client` says. */
  readonly client: string
  /** `~/.mcp-twin/bridge` as this process opens it. */
  readonly folder: string
  readonly self: Environment
  /** What is needed to read a path; found out when first needed, since starting must not wait for it. */
  sides(): Promise<Sides>
  /** All sides of this computer with their programs; may take seconds when nothing is remembered. */
  world(): Promise<World>
  readonly families: readonly Family[]
  readonly roots: readonly string[]
  /** Those of them that are open to reading only, with all that lies in them. */
  readonly readable?: readonly string[]
  readonly closed: readonly string[]
  readonly reopened: readonly string[]
  /** Open to reading but not to writing, since programs run it by themselves. */
  readonly autorun: readonly string[]
  /** What of that `bridge.allow` opens: paths as this process opens them, and names of the list (`.git/hooks`). */
  readonly allow: readonly string[]
  /** Homes of users of all sides, as this process opens them, this side's own first. */
  readonly homes: readonly string[]
  /** Those of the closed paths that the manifest names in `bridge.deny`. */
  readonly deny?: readonly string[]
  /** What the command line says in the manifest's place, so that a refusal names what a person can change. */
  readonly flags?: readonly ('root' | 'read-only' | 'terminal')[]
  /** Why the manifest cannot be read and what is closed therefore, in sentences; no flag opens it. Absent: it was read, or there is none. */
  readonly unreadable?: string
  readonly readOnly: boolean
  readonly terminal: TerminalMode
  readonly blockedCommands: readonly string[]
  /** What a command in the sandbox may take, where that is not the usual. */
  readonly quotas?: Partial<Quotas>
  /** Ids of the clients that take part; absent: nobody knows, so all do. */
  takingPart?(): Promise<readonly string[] | undefined>
  /** Where memory goes that belongs to no project; without it `shared`. */
  readonly namespace?: string
  /** Keys that no answer may hold, as they are stored now. */
  keys(): Promise<readonly string[]>
  /** A stored key by its name, for the URL of a store server; null: there is none. */
  keyNamed?(name: string): Promise<string | null>
  /** Absent: the manifest counts as empty, and no path as a file. */
  readonly config?: ConfigFacts
  /** The files that are others, or have another time, once keys were stored. */
  readonly keysFiles?: readonly string[]
  /** Changes `bridge/tools.json`, which other bridges take over at once. Absent: it is not changed. */
  changeTools?(change: (file: ToolsFile) => ToolsFile): Promise<unknown>
  /** What was wrong when it started, in sentences: a manifest that cannot be read, a root that opens nothing. */
  readonly problems: readonly string[]
  /** What of the settings the manifest decides as it is now. Absent: it could not be read at the start, and is followed no further. */
  readonly manifestNow?: { readonly path: string; read(began: Settings): Promise<Followed> }
  /** Programs as they call themselves to servers (`clientInfo.name`) that get answers in words alone. */
  readonly wordsAlone?: readonly string[]
  /** Clients that usually take part besides this one. */
  readonly partners?: readonly string[]
  /** The kind of side on which the client of this bridge runs; absent: not known. */
  readonly clientSide?: EnvironmentKind
  /** A command that a person types and that ends soon: it takes no part in what bridges do for each other. */
  readonly isBrief?: true
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly pid: number
  /** True while a process with this id lives on this side. */
  isAlive(pid: number): boolean
  /** The node that runs this process. */
  readonly execPath: string
  now(): number
  random(bytes: number): string
}
