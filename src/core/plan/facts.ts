import type { ClientDefinition } from '../../model/client.ts'
import type { PresentEntry } from '../../model/document.ts'
import type { Entry, JsonObject } from '../../model/entry.ts'
import type { NativePath } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { Secret } from '../../model/secret.ts'
import type { FileState } from '../../model/state.ts'

/** An entry that the manifest wants in a file. */
export interface WantedEntry {
  readonly server: string
  /** The name as this client takes it. */
  readonly name: string
  readonly value: Secret<JsonObject>
  readonly owned: readonly string[]
  readonly holdsKey: boolean
  /** Variables and headers in which the manifest has a key; absent: not known. */
  readonly keys?: ReadonlySet<string>
  /** Sides where it is started by its name; absent: none. */
  readonly launches?: readonly string[]
}

/** A server that belongs here but cannot be written now; its present entry is kept. */
export interface Blocked {
  readonly server: string
  readonly step: Step
  /** Only a key is missing. */
  readonly needsKey?: true
}

export interface FileRequest {
  readonly environment: string
  readonly client: ClientDefinition
  readonly file: NativePath
  readonly bytes: Uint8Array | null
  /** The file does not exist, and `bytes` are its initial content, still to be written. */
  readonly isNew?: boolean
  readonly wanted: readonly WantedEntry[]
  readonly blocked: readonly Blocked[]
  readonly state: FileState
  readonly force: boolean
  readonly prune: boolean
  /** Entries that `prune` leaves alone. */
  readonly ignored?: readonly string[] | undefined
  /** SHA-256 of what an entry says, as one plan remembers it. */
  readonly digestOf?: (entry: Entry) => string
}

/** Facts about one file for the pieces of its plan. */
export interface PlanFile extends FileRequest {
  readonly present: ReadonlyMap<string, PresentEntry>
  /** Our entries vanished together, or with their whole container: their program dropped them, no person did. */
  readonly wiped: boolean
  step(parts: Pick<Step, 'kind'> & Partial<Step>): Step
}
