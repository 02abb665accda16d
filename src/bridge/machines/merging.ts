import { createHash } from 'node:crypto'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { deleteRow, putRow } from './apply.ts'
import { mergeKey } from './merging-memory.ts'
import { bodyOf } from './row.ts'
import { sharedTables } from './tables.ts'

/** How many rows of a kind the store had, and the copy has. */
export interface MergedKind {
  readonly from: number
  readonly to: number
  /** Keys that hold something else on the server: what this machine held is in their history. */
  readonly conflicts: number
}

export interface MergeTarget {
  read<T>(work: (database: Database) => T): Promise<T>
  write(work: (transaction: Transaction) => void): Promise<void>
}

/** Keys, or rows, of one batch. */
const groupMost = 100
/** Bytes of values that may go out in one batch. */
const groupBytes = 4 * 1024 * 1024

/**
 * Sends what the copy lacks of a store. Doing it again sends only what is new, also after it was killed in the middle. Nothing of the
 * server's is replaced but by what was made of it here.
 */
export async function mergeInto(to: MergeTarget, from: Database, machine: string): Promise<Readonly<Record<string, MergedKind>>> {
  const conflicts = await mergeMemory(to, from)
  for (const kind of ['handoff_texts', 'handoff_heads', 'handoff_notes', 'questions']) await mergeRows(to, from, kind, machine)
  const counts: Record<string, MergedKind> = {}
  for (const kind of Object.keys(sharedTables))
    counts[kind] = {
      from: countOf(from, kind),
      to: await to.read((copy) => countOf(copy, kind)),
      conflicts: kind === 'memory' ? conflicts : 0,
    }
  return counts
}

const countOf = ({ get }: Database, kind: string): number => get<{ n: number }>(`SELECT count(*) AS n FROM ${kind}`)?.n ?? 0

/** Returns how many keys hold something else on the server. */
async function mergeMemory(to: MergeTarget, from: Database): Promise<number> {
  const keys = from.all<StoredKey>(
    `SELECT namespace, key, total(octet_length(value)) AS bytes
       FROM (SELECT namespace, key, value FROM memory UNION ALL SELECT namespace, key, value FROM memory_versions)
       GROUP BY namespace, key ORDER BY namespace, key`,
  )
  let conflicts = 0
  for (const group of groupsOf(keys)) {
    let found = 0
    await to.write((transaction) => {
      found = 0
      for (const { namespace, key } of group) if (mergeKey(transaction, from, namespace, key)) found++
    })
    conflicts += found
  }
  return conflicts
}

interface StoredKey extends Row {
  namespace: string
  key: string
  /** Of all its versions. */
  bytes: number
}

/** Keys that go out together: few enough, and together not too large, unless one alone is. */
function* groupsOf(keys: readonly StoredKey[]): Iterable<readonly StoredKey[]> {
  let group: StoredKey[] = []
  let bytes = 0
  for (const each of keys) {
    if (group.length > 0 && (group.length >= groupMost || bytes + each.bytes > groupBytes)) {
      yield group
      ;[group, bytes] = [[], 0]
    }
    group.push(each)
    bytes += each.bytes
  }
  if (group.length > 0) yield group
}

/** Of two states of one row the later one stays. */
const laterBy: Readonly<Record<string, string>> = { handoff_heads: 'updated', questions: 'answer_at' }

async function mergeRows(to: MergeTarget, from: Database, kind: string, machine: string): Promise<void> {
  const table = sharedTables[kind]
  if (table === undefined) return
  const order = table.number ?? table.key.join(', ')
  const later = laterBy[kind]
  const where = table.key.map((name) => `${name} = ?`).join(' AND ')
  // Handoffs may be large: few at once.
  const most = kind === 'handoff_texts' ? 5 : groupMost
  for (let at = 0; ; at += most) {
    const rows = from
      .all<Row>(`SELECT * FROM ${kind} ORDER BY ${order} LIMIT ? OFFSET ?`, most, at)
      .map((row) => (kind === 'handoff_notes' ? { ...row, uid: noteId(row) } : row))
    await to.write((transaction) => {
      for (const row of rows) {
        const key = table.key.map((name) => row[name] ?? null)
        const there = transaction.get<Row>(`SELECT * FROM ${kind} WHERE ${where}`, ...key)
        if (there !== undefined && (later === undefined || Number(there[later] ?? 0) >= Number(row[later] ?? 0))) continue
        const { body, own } = bodyOf(table, row, machine)
        putRow(transaction, kind, key, { ...body }, { ...own })
      }
    })
    if (rows.length < most) break
  }
  if (kind === 'questions') await removeWithdrawn(to, from)
}

/** A question that was taken back while the rest was sent. */
async function removeWithdrawn(to: MergeTarget, from: Database): Promise<void> {
  const gone = from.all<{ id: string }>(`SELECT DISTINCT id FROM changes WHERE kind = 'withdrawn' AND id NOT IN (SELECT id FROM questions)`)
  await to.write((transaction) => {
    for (const { id } of gone)
      if (transaction.get('SELECT 1 AS one FROM questions WHERE id = ?', id) !== undefined) deleteRow(transaction, 'questions', [id])
  })
}

/** A note had no id of its own: the same note gets the same one, however often it is sent. */
const noteId = (row: Row): string =>
  createHash('sha256')
    .update(JSON.stringify([row.handoff, row.session, row.at, row.status, row.note]))
    .digest('hex')
    .slice(0, 24)
