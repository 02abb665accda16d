import type { Batch, News } from './batch.ts'
import { rowsToSend } from './late.ts'
import { firstEntry, seenOf } from './outbox.ts'
import type { OpenCopy } from './row.ts'

/** The first batch that waits, as it is sent now; null: none does. */
export function nextBatch(copy: OpenCopy): Batch | null {
  const entry = firstEntry(copy)
  if (entry === null) return null
  const rows = rowsToSend(copy, entry).map(({ kind, key, body, own }) => ({
    kind,
    key,
    body,
    own,
    seen: seenOf(copy, kind, key),
    behind: '',
  }))
  return { ...entry, rows }
}

/** What the server would tell of a batch that it has just numbered. */
export const newsOf = ({ id, author, at, rows, changes }: Batch, n: number, machine: string): News => ({
  last: n,
  upTo: n,
  rows: rows.map(({ kind, key, body }) => ({ kind, key, body, n })),
  batches: [{ n, id, machine, ...author, at, changes }],
})
