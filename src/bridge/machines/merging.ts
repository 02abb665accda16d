import { createHash } from 'node:crypto'
import type { Database, Row } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { machinesIn } from '../handoff/addressed.ts'
import { deleteRow, putRow } from './put-row.ts'
import { mergeKey, versionsOf } from './merging-memory.ts'
import { bodyOf } from './row.ts'
import { sharedTables } from './tables.ts'

/** What became of a store's rows besides going over. */
export interface Merged {
  /** Keys that hold something else on the server: what this machine held is in their history. */
  readonly conflicts: number
  /** What holds a stored key and stays where it is. */
  readonly leftOut: LeftOut
}

/** Names, by kind. */
export interface LeftOut {
  readonly memory: readonly string[]
  readonly handoffs: readonly string[]
  readonly questions: readonly string[]
}

export interface Merging {
  readonly to: MergeTarget
  readonly from: Database
  readonly machine: string
  /** Whether a value holds a key that is stored here: no server gets it. */
  holdsKey(value: unknown): boolean
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
export async function mergeInto(work: Merging): Promise<Merged> {
  const { conflicts, leftOut: memory } = await mergeMemory(work)
  const handoffs = new Set<string>()
  for (const [kind, id] of handoffTables)
    for (const rows of pagesOf(work.from, kind))
      for (const row of rows) if (!handoffs.has(String(row[id])) && work.holdsKey(row)) handoffs.add(String(row[id]))
  for (const [kind, id] of handoffTables) await mergeRows(work, kind, (row) => !handoffs.has(String(row[id])))
  const questions: string[] = []
  await mergeRows(work, 'questions', (row) => {
    const isKept = !work.holdsKey(row)
    if (!isKept) questions.push(String(row.id))
    return isKept
  })
  return { conflicts, leftOut: { memory, handoffs: [...handoffs], questions } }
}

/** The tables of a handoff, and where its id is in each. */
const handoffTables = [
  ['handoff_texts', 'id'],
  ['handoff_heads', 'id'],
  ['handoff_notes', 'handoff'],
] as const

async function mergeMemory({ to, from, holdsKey }: Merging): Promise<{ readonly conflicts: number; readonly leftOut: readonly string[] }> {
  const keys = from.all<StoredKey>(
    `SELECT namespace, key, total(octet_length(value)) AS bytes
       FROM (SELECT namespace, key, value FROM memory UNION ALL SELECT namespace, key, value FROM memory_versions)
       GROUP BY namespace, key ORDER BY namespace, key`,
  )
  let conflicts = 0
  const leftOut: string[] = []
  for (const group of groupsOf(keys)) {
    let found = 0
    const kept = group.filter(({ namespace, key }) => !holdsKey([namespace, key, versionsOf(from, namespace, key)]))
    for (const { namespace, key } of group.filter((each) => !kept.includes(each))) leftOut.push(`${key} (${namespace})`)
    await to.write((transaction) => {
      found = 0
      for (const { namespace, key } of kept) if (mergeKey(transaction, from, namespace, key)) found++
    })
    conflicts += found
  }
  return { conflicts, leftOut }
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

/** The rows of a table, some at a time, in the order in which they came. */
function* pagesOf(from: Database, kind: string): Iterable<readonly Row[]> {
  const table = sharedTables[kind]
  if (table === undefined) return
  const order = table.number ?? table.key.join(', ')
  // Handoffs may be large: few at once.
  const most = kind === 'handoff_texts' ? 5 : groupMost
  for (let at = 0; ; at += most) {
    const rows = from.all<Row>(`SELECT * FROM ${kind} ORDER BY ${order} LIMIT ? OFFSET ?`, most, at)
    yield rows
    if (rows.length < most) return
  }
}

async function mergeRows({ to, from, machine }: Merging, kind: string, isKept: (row: Row) => boolean): Promise<void> {
  const table = sharedTables[kind]
  if (table === undefined) return
  const later = laterBy[kind]
  const writtenOn = nameMachine(from, machine)
  const where = table.key.map((name) => `${name} = ?`).join(' AND ')
  for (const page of pagesOf(from, kind)) {
    const rows = page.filter(isKept).map((row) => (kind === 'handoff_notes' ? { ...row, uid: noteId(row) } : row))
    await to.write((transaction) => {
      for (const row of rows) {
        const key = table.key.map((name) => row[name] ?? null)
        const there = transaction.get<Row>(`SELECT * FROM ${kind} WHERE ${where}`, ...key)
        if (there !== undefined && (later === undefined || Number(there[later] ?? 0) >= Number(row[later] ?? 0))) continue
        const { body, own } = bodyOf(table, writtenOn(kind, row, there), machine)
        putRow(transaction, kind, key, { ...body }, { ...own })
      }
    })
  }
  if (kind === 'questions') await removeWithdrawn(to, from)
}

/** A row with the machine that wrote it. In an embedded store that is this one, unless a server once named another. */
function nameMachine(from: Database, machine: string): (kind: string, row: Row, there: Row | undefined) => Row {
  const others = machinesIn(from)
  return (kind, row, there) => {
    if (kind === 'questions')
      return {
        ...row,
        machine: there?.machine ?? machine,
        answer_machine: there?.answer_machine ?? (row.answer_at === null ? null : machine),
      }
    return typeof row.machine === 'string' && !others.includes(row.machine) ? { ...row, machine } : row
  }
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
