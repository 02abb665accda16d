import type { EntryChange } from './document.ts'
import type { FieldChange } from './field-change.ts'
import type { NativePath } from './path.ts'
import type { Secret } from './secret.ts'
import type { EntryRecord } from './state.ts'

type StepKind = 'install' | 'write' | 'remove' | 'refuse'
export type StepChange = 'add' | 'update' | 'remove' | 'adopt' | 'none'
type StepOutcome = 'planned' | 'done' | 'refused' | 'failed' | 'skipped'

/** One thing sync will do, as `--json` shows it. Absent parts are null, so that the shape never varies. */
export interface Step {
  readonly kind: StepKind
  readonly environment: string
  readonly client: string | null
  readonly file: string | null
  readonly server: string | null
  readonly change: StepChange
  readonly outcome: StepOutcome
  readonly reason: string | null
  readonly hint: string | null
  /** What the step changes in its entry; absent where no entry changes. */
  readonly fields?: readonly FieldChange[]
}

/** What a step does to its file and to our record of it. The change may hold keys. */
export interface EntryStep {
  readonly step: Step
  readonly entryName: string
  /** Null: nothing is written, only recorded (adopt) or forgotten. */
  readonly change: Secret<EntryChange> | null
  /** The record afterwards; null = no longer ours. */
  readonly record: EntryRecord | null
  readonly holdsKey: boolean
}

/** All that happens to one client file. */
export interface FilePlan {
  readonly environment: string
  readonly client: string
  readonly file: NativePath
  readonly entries: readonly EntryStep[]
  /** The whole file is left alone, and why. */
  readonly refusal: Step | null
  /** What is not done to a file that can be read but not written. */
  readonly withheld?: readonly EntryStep[]
  /** The file is refused because it is read-only. */
  readonly isReadOnly?: true
  readonly notices: readonly string[]
  readonly unmanaged: readonly string[]
  /** Names of all entries in the file. */
  readonly present: ReadonlySet<string>
}
