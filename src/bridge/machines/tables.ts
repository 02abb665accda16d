/** How the rows of a table are shared between machines. */
export interface SharedTable {
  /** The columns by which every machine knows a row. */
  readonly key: readonly string[]
  /** A number that only says in which order the rows came to this machine. */
  readonly number?: string
  /** Columns that say something about this machine alone. */
  readonly own: readonly string[]
}

export const sharedTables: Readonly<Record<string, SharedTable>> = {
  memory: { key: ['namespace', 'key'], number: 'id', own: [] },
  memory_versions: { key: ['namespace', 'key', 'version'], own: [] },
  handoff_texts: { key: ['id'], own: [] },
  // Numbers of processes mean nothing elsewhere: a claim names its machine there.
  handoff_heads: { key: ['id'], own: ['claim_pid', 'claim_start'] },
  handoff_notes: { key: ['uid'], number: 'n', own: [] },
  // What was shown on one machine may still be news to who sits at another.
  questions: { key: ['id'], own: ['answer_seen'] },
  // Actions that one machine asks of another. Only the other one knows whether it has queued them.
  errands: { key: ['id'], own: ['taken'] },
}
