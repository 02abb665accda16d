import type { Audit } from '../records/audit.ts'
import type { Config } from '../config/config.ts'
import type { ForeignTools } from '../foreign/tools.ts'
import type { Trash } from '../files/trash.ts'
import type { Notices } from '../handoff/notices.ts'
import type { BridgeLog } from '../records/log.ts'
import type { ServerState } from '../machines/server.ts'
import type { Policy } from '../policy/policy.ts'
import type { Redaction } from '../base/redaction.ts'
import type { Searches } from '../search/searches.ts'
import type { Settings } from '../base/settings.ts'
import type { Store } from '../store/store.ts'
import type { Terminal } from '../terminal/terminal.ts'
import type { Carrier } from '../transports/carrier.ts'

/** Everything that the tools of one serve process work with. One for all its connections. */
export interface Bridge {
  readonly settings: Settings
  readonly policy: Policy
  readonly config: Config
  readonly audit: Audit
  readonly log: BridgeLog
  readonly redaction: Redaction
  readonly trash: Trash
  /** What carries the protocol to clients; filled by what serves them. */
  readonly carriers: Carrier[]
  /** False: there is no ripgrep, so the family is not offered. */
  searchable(): boolean
  /** Loaded when first used. */
  searches(): Promise<Searches>
  /** Loaded when first used; refuses when the family is off. */
  terminal(): Promise<Terminal>
  /** Opened when first used; rejects with a Refusal where there is none, and is tried again by the next call. */
  store(): Promise<Store>
  /** How the server is reached whose copy the store is, which is tried; null: it is no copy. */
  storeServer(signal: AbortSignal): Promise<ServerState | null>
  /** The same as it was last, and null where the store was not opened yet: nothing is asked where the store is no copy. */
  knownServer(signal: AbortSignal): Promise<ServerState | null>
  /** Notes that somebody uses this bridge without a call, as by a subscription. */
  used(): void
  /** Where the memory of this client's project is kept, and what is written without a namespace. */
  namespace(): Promise<string>
  /** Takes over what the manifest says now: a call is judged by that. */
  followManifest(): Promise<void>
  /** Calls `listener` when the manifest has changed what this bridge may do. Returns a function that removes it. */
  onManifest(listener: () => void): () => void
  /** Tools of shared servers and plugins. */
  readonly foreign: ForeignTools
  /** Lines about handoffs, questions and answers that wait for a session, each shown once. */
  readonly notices: Notices
  /** Records, in a store that is open already, that a program was there just now. */
  seen(client: string, session: string): void
  /** Tells all bridges which files a call has changed, soon after it. */
  filesChanged(paths: readonly string[], author: { readonly client: string; readonly session: string }): void
  /** Names this process's own connection in what it stores. */
  readonly session: string
  /** What is wrong right now, in sentences, for bridge_status. */
  problems(): readonly string[]
  now(): number
  /** Ends everything that runs and flushes what is written. */
  close(): Promise<void>
}
