import type { Author, NotedChange } from '../store/transaction.ts'

/** A row as it goes to the server and to the other machines. */
export interface SharedRow {
  /** The table. */
  readonly kind: string
  readonly key: string
  /** JSON of its columns; null: it was deleted. */
  readonly body: string | null
}

/** A row that a write has changed. */
export interface ChangedRow extends SharedRow {
  /** The number of the change in which the server gave this row to the copy; 0: it knew none. */
  readonly seen: number
  /** The id of the unsent batch that changed it last here; '': none. */
  readonly behind: string
  /** The columns that stay on this machine, as JSON. */
  readonly own: string
}

/** What one write has changed. It is kept by the server whole or not at all. */
export interface Batch {
  /** The same however often the batch is sent: it counts once. */
  readonly id: string
  readonly author: Author
  /** Ms since the epoch. */
  readonly at: number
  readonly rows: readonly ChangedRow[]
  readonly changes: readonly NotedChange[]
}

/** Who changed what under one number. */
export interface NumberedChanges {
  readonly n: number
  readonly id: string
  readonly machine: string
  readonly client: string
  readonly session: string
  readonly at: number
  readonly changes: readonly NotedChange[]
}

/** What the server has ordered after a number. */
export interface News {
  /** The number of the last change. */
  readonly last: number
  /** Everything up to this number is in it. */
  readonly upTo: number
  readonly rows: readonly (SharedRow & { readonly n: number })[]
  readonly batches: readonly NumberedChanges[]
}

/** What became of a batch: its number, or that a row of it was changed meanwhile, up to the number. */
export interface SentBatch {
  readonly n: number
  readonly isStale: boolean
}
