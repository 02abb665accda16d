import type { Transaction } from '../store/transaction.ts'
import type { NumberedChanges } from './batch.ts'
import { noteConflict, type LateWrite, lateWriteIn } from './late.ts'
import { entriesOver, firstEntry, lay, memoryKeyOf, type OutboxEntry, removeEntry, rowsOf, uncover } from './outbox.ts'
import { redone } from './redoing.ts'
import type { OpenCopy } from './row.ts'

/** Unsent batches that turned out to be on the server. */
export interface Arrivals {
  /** Theirs. */
  readonly numbers: ReadonlySet<number>
  /** To be called once the rows of the same news are in the copy. */
  settle(): void
}

export const noArrivals: Arrivals = { numbers: new Set(), settle: () => undefined }

/** Takes the batches that the server tells of out of the outbox. */
export function arrivals(copy: Transaction, batches: readonly NumberedChanges[]): Arrivals {
  const numbers = new Set<number>()
  const late: LateWrite[] = []
  for (const { n, id } of batches) {
    const entry = copy.get<{ client: string; session: string; at: number }>('SELECT client, session, at FROM outbox WHERE id = ?', id)
    if (entry === undefined) continue
    numbers.add(n)
    late.push(...lateWritesIn(copy, { id, author: entry, at: entry.at, changes: [] }))
    removeEntry(copy, id)
  }
  return { numbers, settle: () => settle(copy, late) }
}

/** Removes the first batch, where nothing of it is left to be sent. */
export function dropFirst(copy: Transaction, id: string): void {
  const entry = firstEntry(copy)
  if (entry?.id !== id) return
  const late = lateWritesIn(copy, entry)
  removeEntry(copy, id)
  settle(copy, late)
}

function lateWritesIn(copy: OpenCopy, entry: OutboxEntry): LateWrite[] {
  const things = new Set(rowsOf(copy, entry.id, 1).map(({ thing }) => thing))
  return [...things].flatMap((thing) => lateWriteIn(copy, entry, thing) ?? [])
}

function settle(copy: Transaction, late: readonly LateWrite[]): void {
  for (const each of late) {
    noteConflict(copy, each)
    // The server's version has changed below later unsent writes.
    doAgain(copy, each.thing)
  }
}

/** Another machine has changed what unsent writes lie over. A value gives way to the server's; other things are put on top again. */
export function giveWay(copy: Transaction, thing: string): void {
  if (memoryKeyOf(thing) === null) doAgain(copy, thing)
  else {
    uncover(copy, thing)
    copy.run('UPDATE outbox_rows SET late = 1 WHERE thing = ?', thing)
  }
}

/** Makes the unsent writes over a thing again from what the server has of it now. */
function doAgain(copy: Transaction, thing: string): void {
  const entries = entriesOver(copy, thing)
  if (entries.length === 0) return
  const writes = entries.map((entry) => ({ entry, rows: rowsOf(copy, entry.id, 0, thing) }))
  uncover(copy, thing)
  copy.run('DELETE FROM outbox_rows WHERE thing = ? AND late = 0', thing)
  for (const { entry, rows } of writes) {
    for (const row of redone(copy, thing, entry, rows)) lay(copy, entry.id, row)
    if (copy.get('SELECT 1 AS one FROM outbox_rows WHERE batch = ? LIMIT 1', entry.id) === undefined) removeEntry(copy, entry.id)
  }
}
