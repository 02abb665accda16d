import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'

/** The bytes of a question and its answer; rows say them without their texts. */
const questionBytes = 'octet_length(question) + ifnull(octet_length(answer), 0)'

/**
 * Bytes of everything that handoffs, notes, questions and answers hold; no text is read. Each text has a sum of its own, since for
 * `questionBytes` SQLite takes the index of it, looks up every row by its id, and reads the texts of all rows that it compares with that.
 */
const held = (database: Database): number =>
  database.get<{ bytes: number }>(
    `SELECT (SELECT total(bytes) FROM handoff_heads)
       + (SELECT total(octet_length(question)) + total(octet_length(answer)) FROM questions) AS bytes`,
  )?.bytes ?? 0

/** What was closed last, of a kind that may go. */
const closed = `SELECT id, updated FROM handoff_heads WHERE status IN ('done', 'dropped')`
const settled = `SELECT id, answer_at AS updated FROM questions WHERE answer_seen IS NOT NULL`

/**
 * Frees `bytes` by removing closed handoffs and questions whose answers were read, oldest first. Throws a Refusal where the others
 * alone hold too much, and names the largest handoffs.
 */
export function makeRoom(store: Transaction, bytes: number): void {
  let free = limits.handoffsBytes - held(store) - bytes
  while (free < 0) {
    const oldest = store.get<{ kind: string; id: string }>(
      `SELECT * FROM (SELECT 'handoff' AS kind, * FROM (${closed} ORDER BY updated LIMIT 1)
         UNION ALL SELECT 'question', * FROM (${settled} ORDER BY updated LIMIT 1)) ORDER BY updated LIMIT 1`,
    )
    if (oldest === undefined) throw full(store)
    const [table, size] = oldest.kind === 'handoff' ? ['handoff_heads', 'bytes'] : ['questions', questionBytes]
    free += store.get<{ bytes: number }>(`SELECT ${size} AS bytes FROM ${table} WHERE id = ?`, oldest.id)?.bytes ?? 0
    if (oldest.kind === 'handoff') removeHandoff(store, oldest.id)
    else store.run('DELETE FROM questions WHERE id = ?', oldest.id)
  }
}

function full(store: Transaction) {
  const largest = store.all<{ id: string; bytes: number }>('SELECT id, bytes FROM handoff_heads ORDER BY bytes DESC LIMIT 3')
  const named = largest.map(({ id, bytes }) => `${id} (${Math.ceil(bytes / 2 ** 20)} MiB)`).join(', ')
  return failed(
    `Nothing was stored: open handoffs and questions hold ${limits.handoffsBytes / 2 ** 20} MiB, the most allowed. Close what is no longer needed with handoff_update, status done or dropped${
      named === '' ? '' : `; the largest are ${named}`
    }. Questions go once they are answered and read.`,
  )
}

/** Removes closed handoffs and shown answers after `limits.handoffAgeMs`, some with each write; not in a copy, where a write changes nothing else. */
export function forgetClosed(store: Transaction): void {
  if (store.isCopy) return
  const before = store.now - limits.handoffAgeMs
  const old = store.all<{ id: string }>(
    `SELECT id FROM (${closed}) WHERE updated < ? ORDER BY updated LIMIT ?`,
    before,
    limits.handoffsRemoved,
  )
  for (const { id } of old) removeHandoff(store, id)
  store.run(
    `DELETE FROM questions WHERE id IN (SELECT id FROM questions WHERE answer_seen IS NOT NULL AND answer_at < ? LIMIT ?)`,
    before,
    limits.handoffsRemoved,
  )
}

function removeHandoff(store: Transaction, id: string): void {
  store.run('DELETE FROM handoff_notes WHERE handoff = ?', id)
  store.run('DELETE FROM handoff_texts WHERE id = ?', id)
  store.run('DELETE FROM handoff_heads WHERE id = ?', id)
}
