import { isObject } from '../../core/object.ts'
import { isOlderCopy } from '../store/connection.ts'
import type { Database, Row } from '../store/database.ts'
import type { Author, NotedChange, Transaction } from '../store/transaction.ts'
import type { Batch, SharedRow } from './batch.ts'
import { columnsIn, deleteRow, putRow } from './put-row.ts'
import { holdBackNew, refusalIn } from './refused.ts'
import { bodyOf, type OpenCopy } from './row.ts'
import { sharedTables } from './tables.ts'

/** A row of an unsent batch. */
export interface OutboxRow extends SharedRow {
  /** The columns that stay on this machine, as JSON. */
  readonly own: string
}

/** Whether there are writes that are not on the server. */
export const hasUnsent = ({ get }: Pick<Database, 'get'>): boolean => get('SELECT 1 AS one FROM outbox LIMIT 1') !== undefined

/** Whether some of them wait to be sent: the server has refused neither them nor what they lie over. */
export const hasWaiting = ({ get }: Pick<Database, 'get'>): boolean =>
  get('SELECT 1 AS one FROM outbox WHERE refused IS NULL LIMIT 1') !== undefined

export interface OutboxCounts {
  /** Writes that are not on the server yet. */
  readonly unsent: number
  /** Ms since the epoch: when the first of them was made; null: there is none. */
  readonly oldest: number | null
  /** Why the server refused the first of those that it refused; null: it refused none. */
  readonly refused: string | null
  /** Keys of which a value lost to one of another machine, and whose author has not written them since. */
  readonly conflicts: number
}

export const outboxCounts = (database: Pick<Database, 'get'>): OutboxCounts => {
  const { get } = database
  const { n = 0, at = null } = get<{ n: number; at: number | null }>('SELECT count(*) AS n, min(at) AS at FROM outbox') ?? {}
  return {
    unsent: n,
    oldest: at,
    refused: isOlderCopy(database) ? null : refusalIn(database),
    conflicts: get<{ n: number }>('SELECT count(*) AS n FROM conflicts')?.n ?? 0,
  }
}

/** The number of the change in which the server gave a row to the copy; 0: it knows none. */
export const seenOf = ({ get }: Pick<Database, 'get'>, kind: string, key: string): number =>
  get<{ n: number }>('SELECT n FROM revisions WHERE kind = ? AND key = ?', kind, key)?.n ?? 0

/** The id of the unsent batch that changed a row last here; '': none. */
export const behindOf = ({ get }: Pick<Database, 'get'>, kind: string, key: string): string =>
  get<{ id: string }>(
    'SELECT o.id FROM outbox_rows r JOIN outbox o ON o.id = r.batch WHERE r.kind = ? AND r.key = ? AND r.late = 0 ORDER BY o.n DESC LIMIT 1',
    ...[kind, key],
  )?.id ?? ''

/** A row of the copy as all machines share it, with what a newer program says of it; body null: there is none. */
export function sharedBody(database: Database, kind: string, key: string, machine: string): { body: string | null; own: string } {
  const table = sharedTables[kind]
  const where = table?.key.map((name) => `${name} = ?`).join(' AND ')
  const row = table && database.get<Row>(`SELECT * FROM ${kind} WHERE ${where}`, ...JSON.parse(key))
  if (table === undefined || row === undefined) return { body: null, own: '{}' }
  const known = database.get<{ extra: string | null }>('SELECT extra FROM revisions WHERE kind = ? AND key = ?', kind, key)
  const more: unknown = JSON.parse(known?.extra ?? '{}')
  const { body, own } = bodyOf(table, row, machine)
  return { body: JSON.stringify({ ...(isObject(more) ? more : {}), ...body }), own: JSON.stringify(own) }
}

/** Keeps a batch in the copy as it may have been sent. Returns false where a row of it is no longer what it was made from. */
export function keepBatch(copy: Transaction, { id, author, at, rows, changes }: Batch): boolean {
  if (rows.some(({ kind, key, seen, behind }) => seenOf(copy, kind, key) !== seen || behindOf(copy, kind, key) !== behind)) return false
  copy.run(
    'INSERT INTO outbox (id, client, session, at, changes) VALUES (?, ?, ?, ?, ?)',
    ...[id, author.client, author.session, at, JSON.stringify(changes)],
  )
  for (const row of rows) lay(copy, id, row)
  holdBackNew(copy, id)
  forgetConflicts(copy, author.client, changes)
  for (const { kind, id: subject, namespace } of changes) copy.changed(kind, subject, namespace, { ...author, at })
  return true
}

/** Who writes a key has seen what it holds. */
export function forgetConflicts(copy: OpenCopy, client: string, changes: readonly NotedChange[]): void {
  for (const { kind, id, namespace } of changes)
    if (kind === 'memory') copy.run('DELETE FROM conflicts WHERE namespace = ? AND key = ? AND client = ?', namespace, id, client)
}

/** Puts a row of an unsent batch over the server's. */
export function lay(copy: OpenCopy, batch: string, row: OutboxRow): void {
  const { kind, key, body, own } = row
  const thing = thingOf(copy, row)
  const below = sharedBody(copy, kind, key, copy.machine)
  copy.run('INSERT OR IGNORE INTO covered (kind, key, body, own) VALUES (?, ?, ?, ?)', kind, key, below.body, below.own)
  copy.run(
    'INSERT OR REPLACE INTO outbox_rows (batch, kind, key, body, own, thing) VALUES (?, ?, ?, ?, ?, ?)',
    ...[batch, kind, key, body, own, thing],
  )
  write(copy, row)
}

export function write(copy: OpenCopy, { kind, key, body, own }: OutboxRow): void {
  if (body === null) deleteRow(copy, kind, JSON.parse(key))
  else putRow(copy, kind, JSON.parse(key), columnsIn(body), columnsIn(own))
}

/** What a row belongs to: a key of the memory with its history, a handoff with its notes, a question. */
function thingOf(copy: OpenCopy, { kind, key, body }: OutboxRow): string {
  const values: unknown[] = JSON.parse(key)
  if (kind === 'memory' || kind === 'memory_versions') return memoryThing(String(values[0]), String(values[1]))
  if (kind !== 'handoff_notes') return `${kind === 'questions' ? 'question' : 'handoff'} ${values[0]}`
  const note = body ?? sharedBody(copy, kind, key, copy.machine).body ?? '{}'
  return `handoff ${columnsIn(note).handoff}`
}

const memoryThing = (namespace: string, key: string): string => `memory ${JSON.stringify([namespace, key])}`

/** The key of the memory that a thing is; null: it is something else. */
export function memoryKeyOf(thing: string): readonly [namespace: string, key: string] | null {
  return thing.startsWith('memory ') ? JSON.parse(thing.slice('memory '.length)) : null
}

/** What an unsent write lies over; null: nothing lies over the row. */
export const laidThing = ({ get }: Pick<Database, 'get'>, kind: string, key: string): string | null =>
  get<{ thing: string }>('SELECT thing FROM outbox_rows WHERE kind = ? AND key = ? AND late = 0 LIMIT 1', kind, key)?.thing ?? null

/** Takes away what lies over the server's rows of a thing. Its unsent rows stay as they are. */
export function uncover(copy: OpenCopy, thing: string): void {
  const rows = copy.all<{ kind: string; key: string; body: string | null; own: string }>(
    `SELECT kind, key, body, own FROM covered WHERE (kind, key) IN (SELECT kind, key FROM outbox_rows WHERE thing = ? AND late = 0)`,
    thing,
  )
  for (const row of rows) {
    write(copy, row)
    copy.run('DELETE FROM covered WHERE kind = ? AND key = ?', row.kind, row.key)
  }
}

/** An unsent batch. */
export interface OutboxEntry {
  readonly id: string
  readonly author: Author
  readonly at: number
  readonly changes: readonly NotedChange[]
}

interface EntryRow extends Row {
  id: string
  client: string
  session: string
  at: number
  changes: string
}

const entryOf = ({ id, client, session, at, changes }: EntryRow): OutboxEntry => ({
  ...{ id, author: { client, session }, at, changes: JSON.parse(changes) },
})

/** The first batch that waits to be sent; null: none does. */
export function firstEntry({ get }: Pick<Database, 'get'>): OutboxEntry | null {
  const row = get<EntryRow>('SELECT id, client, session, at, changes FROM outbox WHERE refused IS NULL ORDER BY n LIMIT 1')
  return row === undefined ? null : entryOf(row)
}

/** All unsent batches, in their order. */
export const entriesIn = ({ all }: Pick<Database, 'all'>): readonly OutboxEntry[] =>
  all<EntryRow>('SELECT id, client, session, at, changes FROM outbox ORDER BY n').map(entryOf)

/** Whether something of the first batch that waits is late. */
export const isLateFirst = (database: Pick<Database, 'get'>): boolean => {
  const first = firstEntry(database)
  return first !== null && database.get('SELECT 1 AS one FROM outbox_rows WHERE batch = ? AND late = 1 LIMIT 1', first.id) !== undefined
}

/** The batches that lie over a thing, in their order. */
export const entriesOver = ({ all }: Pick<Database, 'all'>, thing: string): readonly OutboxEntry[] =>
  all<EntryRow>(
    `SELECT id, client, session, at, changes FROM outbox WHERE id IN (SELECT batch FROM outbox_rows WHERE thing = ? AND late = 0) ORDER BY n`,
    thing,
  ).map(entryOf)

/** The rows of an unsent batch: of one thing, or of all. */
export const rowsOf = (
  { all }: Pick<Database, 'all'>,
  batch: string,
  late: 0 | 1,
  thing?: string,
): readonly (OutboxRow & Row & { thing: string })[] =>
  all<{ kind: string; key: string; body: string | null; own: string; thing: string }>(
    'SELECT kind, key, body, own, thing FROM outbox_rows WHERE batch = ?1 AND late = ?2 AND (?3 IS NULL OR thing = ?3)',
    ...[batch, late, thing ?? null],
  )

/** Removes a batch that the server has. What lay over the server's rows is the server's now. */
export function removeEntry(copy: OpenCopy, id: string): void {
  const rows = rowsOf(copy, id, 0)
  copy.run('DELETE FROM outbox_rows WHERE batch = ?', id)
  copy.run('DELETE FROM outbox WHERE id = ?', id)
  for (const { kind, key } of rows)
    if (laidThing(copy, kind, key) === null) copy.run('DELETE FROM covered WHERE kind = ? AND key = ?', kind, key)
}

/** Puts all unsent rows back that a salvaged copy may have lost. */
export function layAgain(copy: OpenCopy): void {
  for (const row of copy.all<{ kind: string; key: string; body: string | null; own: string }>(
    `SELECT r.kind, r.key, r.body, r.own FROM outbox_rows r JOIN outbox o ON o.id = r.batch WHERE r.late = 0 ORDER BY o.n`,
  ))
    write(copy, row)
}
