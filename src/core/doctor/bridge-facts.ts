import type { TerminalMode } from '../../model/bridge-words.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import { isObject } from '../object.ts'
import type { Weight } from '../tokens/weight.ts'

/** What the bridge would find if it were started now, gathered without starting it. Everything of it lies at home. */
export interface BridgeFacts {
  readonly home: Environment
  readonly folder: NativePath
  /** The workspace by its real path, as a bridge names it: what tells one home from another. */
  readonly workspace: string
  readonly rules: BridgeRules
  /** Files that a bridge appends to, and cannot. */
  readonly unwritable: readonly { readonly what: 'audit' | 'log'; readonly shown: string; readonly why: string }[]
  /** Whether ripgrep is available. `packaged` null: the program's own copy is not installed yet. */
  readonly searching: { readonly packaged: boolean | null; readonly onPath: boolean }
  readonly tokens: TokenFacts
  /** The places of signed actions and their keys that other users can open. */
  readonly triggers: readonly TriggerModeFacts[]
  /** What commands in the sandbox made or changed that runs by itself later, and that is still there. */
  readonly appeared: readonly Appeared[]
  /** Who listens on the ports that our listener would use; null: not checked (`--deep`). */
  readonly ports: readonly PortFacts[] | null
}

/** The folder of triggers, or the file with the keys that sign them, with a mode that is too open. */
export interface TriggerModeFacts {
  readonly what: 'folder' | 'keys'
  readonly shown: NativePath
  readonly here: ReachablePath
  readonly mode: number
  readonly wanted: number
}

/** What the bridge makes of its part of the manifest, by its own rules. */
export interface BridgeRules {
  /** The workspace first; those that cannot be understood are not among them but in `problems`. */
  readonly roots: readonly RootFacts[]
  /** Sentences of the bridge on what it does not use. */
  readonly problems: readonly string[]
  /** Why the settings that a conversation has changed are not used; null: they are. */
  readonly settings: string | null
  readonly families: readonly string[]
  /** Allowed plugins that do not run, and why. */
  readonly plugins: readonly { readonly file: string; readonly why: string }[]
  readonly terminal: TerminalMode
  /** What is wrong with `waiting.json`; null: nothing. */
  readonly waiting: string | null
  readonly lists: ToolListFacts
  /** Null: nothing was ever stored. */
  readonly store: StoreFacts | null
  /** Null: the store is this machine's own, and the manifest names no server. */
  readonly storeServer: StoreServerFacts | null
  /** Can there be a sandbox here? Whether it holds is known only when it is tried. */
  readonly sandbox: 'here' | 'not-installed' | 'not-for-root' | 'not-on-this-system'
}

/** What a program is shown of the bridge's tools, those of shared servers and plugins among them. */
export interface ToolListFacts {
  /** Why `tools.json` is not used; null: it is, or there is none. */
  readonly trouble: string | null
  /** Shared servers whose tools it lists. */
  readonly servers: readonly string[]
  /** The bridge's own tools and those of plugins. */
  readonly own: readonly Weight[]
  /** By the server's name. */
  readonly shared: Readonly<Record<string, readonly Weight[]>>
}

/** The store of memory and handoffs, as the bridge's own code finds it. */
export interface StoreFacts {
  /** Null: it could not even be looked for. */
  readonly file: string | null
  /** What is wrong with it, in a sentence; null: nothing was found. */
  readonly trouble: string | null
  /** Can a bridge save what is left, and go on? */
  readonly isDamaged: boolean
  /** What an earlier repair saved and lost; null: there was none. */
  readonly salvaged: string | null
  /** What it lacks that was in it, in a sentence; null: nothing. */
  readonly missing: string | null
}

/** The server that keeps the store of several machines. */
export interface StoreServerFacts {
  /** Writes that are not on the server yet. */
  readonly unsent: number
  /** How long the first of them waits, in ms. */
  readonly unsentMs: number
  /** Why the server refused some of them; null: it refused none. */
  readonly refused: string | null
  readonly address: string
  /** False: only the manifest names it. */
  readonly isJoined: boolean
  /** Why it cannot be used, in a sentence; null: it can, or was not asked. */
  readonly trouble: string | null
  /** The connection is not encrypted. */
  readonly isPlain: boolean
  /** Its schema is of a newer program. */
  readonly isNewer: boolean
  /** How far its clock is ahead, in ms. */
  readonly clockMs: number
}

export interface RootFacts {
  readonly path: string
  readonly isWorkspace: boolean
  readonly there: 'folder' | 'file' | 'nothing'
  /** Why nothing in it is opened; null: it is open. */
  readonly closed: string | null
}

export interface TokenFacts {
  readonly shown: string
  readonly here: ReachablePath
  /** Why no token is valid; null: they can be read. */
  readonly damaged: string | null
  /** Sessions that are valid now. */
  readonly alive: number
  /** By how much an earlier clock was ahead of today's: new sessions would end at once. In ms, 0 where all is well. */
  readonly aheadMs: number
  /** Permission bits, where others than the owner have any. */
  readonly openMode: number | null
}

export interface PortFacts {
  readonly port: number
  /** Does an entry, or a session, show that a listener is wanted? */
  readonly wanted: boolean
  readonly by: 'nobody' | 'bridge' | 'another'
  /** Of a bridge: its version. */
  readonly version: string | null
}

/** One program's bridge, started as that program starts it. */
export interface StartedBridge {
  readonly environment: Environment
  readonly client: ClientDefinition
  readonly file: NativePath
  readonly name: string
  readonly ms: number
  /** Null: it did not answer, and `reason` says why. */
  readonly tools: readonly string[] | null
  readonly reason: string | null
  /** What it says of itself; null where that tool is switched off. */
  readonly status: BridgeStatus | null
}

export interface BridgeStatus {
  readonly version: string
  /** Id of the side where it runs. */
  readonly home: string
  /** Open folders by their real paths, as the side where it runs spells them. */
  readonly folders: readonly string[]
  readonly terminal: string
  readonly families: readonly string[]
  readonly problems: readonly string[]
  /** Could a value that doctor stored at home be read through it? Null: it was not asked, or its memory is switched off. */
  readonly link: boolean | null
  /** From one question to its answer, in ms. */
  readonly roundTripMs: number
}

/** A file that a command in the sandbox made or changed, of a kind that runs by itself later or starts programs. */
export interface Appeared {
  readonly path: string
  /** When, in ms since 1970. */
  readonly at: number
  /** Whose command it was. */
  readonly client: string
}

/** What `bridge/sandbox/appeared.json` holds, parsed; what is not an entry in it is left out. */
export const appearedIn = (json: unknown): Appeared[] => (Array.isArray(json) ? json.flatMap(entryOf) : [])

function entryOf(json: unknown): Appeared[] {
  if (!isObject(json)) return []
  const { path, at, client } = json
  return typeof path === 'string' && typeof at === 'number' && typeof client === 'string' ? [{ path, at, client }] : []
}
