import { isObject } from '../../core/object.ts'
import type { JsonValue } from '../../model/entry.ts'
import { wordsOf } from '../memory/entry.ts'
import type { Row, SqlValue } from '../store/database.ts'
import { SqlError } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import type { ChangedRow, News, SharedRow } from './batch.ts'
import { columnsOf } from './row.ts'
import type { ServerFacts } from './server.ts'
import { sharedTables, type SharedTable } from './tables.ts'

/** Under which name a copy keeps the number up to which it holds everything. */
const seenName = 'server seen'

export const seenBy = ({ get }: Pick<Transaction, 'get'>): number =>
  Number(get<{ value: string }>('SELECT value FROM meta WHERE name = ?', seenName)?.value ?? 0)

/** Under which name a copy that is fetched again keeps the number up to which its changes were told. */
const toldName = 'server told'

/** Has everything fetched again, without telling its changes again. */
export const renewCopy = ({ run }: Pick<Transaction, 'run'>): number =>
  run('UPDATE OR REPLACE meta SET name = ? WHERE name = ?', toldName, seenName)

/** Under which name it keeps the id of the server's database. */
const serverIdName = 'server id'

/** How much of a server a copy holds. */
export interface CopyState {
  /** The number up to which it holds everything. */
  readonly seen: number
  /** The id of the server's database; null: it was never connected. */
  readonly known: string | null
}

export const copyState = (database: Pick<Transaction, 'get'>): CopyState => ({
  seen: seenBy(database),
  known: database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', serverIdName)?.value ?? null,
})

/** Why a server is not the one that the copy is of; null: it is. */
export function notTheSame({ id, last }: Pick<ServerFacts, 'id' | 'last'>, { seen, known }: CopyState): string | null {
  if (known !== null && known !== id)
    return 'The store server has another database than before, so nothing is sent to it. What this machine holds stays readable.'
  if (last >= seen) return null
  return `The store server is older than it was: ${seen - last} changes are missing there, as after a backup was restored. Nothing is sent to it; what this machine holds stays readable.`
}

export const keepServerId = ({ run }: Pick<Transaction, 'run'>, id: string): number =>
  run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', serverIdName, id)

/** Writes what the server has ordered to a copy. `sent`: rows of this machine, by the number that they were given. */
export function apply(copy: Transaction, news: News, sent: ReadonlyMap<number, readonly ChangedRow[]>): void {
  if (news.upTo <= seenBy(copy)) return
  for (const row of news.rows) {
    const own = sent.get(row.n)?.find(({ kind, key }) => kind === row.kind && key === row.key)?.own ?? '{}'
    applyRow(copy, row, own, row.n)
  }
  const told = Number(copy.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', toldName)?.value ?? 0)
  for (const { client, session, at, changes } of news.batches.filter(({ n }) => n > told))
    for (const { kind, id, namespace } of changes) copy.changed(kind, id, namespace, { client, session, at })
  copy.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', seenName, String(news.upTo))
}

function applyRow(copy: Transaction, { kind, key, body }: SharedRow, own: string, n: number): void {
  // A kind of a newer program, which knows what to do with it when this one is updated: the copy is fetched anew then.
  if (sharedTables[kind] === undefined) return
  const values: readonly SqlValue[] = JSON.parse(key)
  let extra: string | null = null
  if (body === null) deleteRow(copy, kind, values)
  else extra = putRow(copy, kind, values, columnsIn(body), columnsIn(own))
  copy.run('INSERT OR REPLACE INTO revisions (kind, key, n, extra) VALUES (?, ?, ?, ?)', kind, key, n, extra)
}

const whereOf = ({ key }: SharedTable): string => key.map((name) => `${name} = ?`).join(' AND ')

const unindex = (copy: Transaction, kind: string, before: Row | undefined): unknown =>
  kind === 'memory' && before !== undefined && copy.run('DELETE FROM memory_text WHERE rowid = ?', before.id ?? 0)

/**
 * Stores a shared row, with its words. Returns what a newer program says of it in columns that are unknown here, as JSON; null: nothing.
 * `own`: the columns that stay on this machine.
 */
export function putRow(copy: Transaction, kind: string, key: readonly SqlValue[], body: Columns, own: Columns): string | null {
  const table = sharedTables[kind]
  if (table === undefined) return null
  const before = copy.get<Row>(`SELECT * FROM ${kind} WHERE ${whereOf(table)}`, ...key)
  unindex(copy, kind, before)
  const extra = put(copy, kind, table, columnsOf(body, own, before, copy.machine))
  if (kind === 'memory') index(copy, key)
  return extra
}

export function deleteRow(copy: Transaction, kind: string, key: readonly SqlValue[]): void {
  const table = sharedTables[kind]
  if (table === undefined) return
  unindex(copy, kind, copy.get<Row>(`SELECT * FROM ${kind} WHERE ${whereOf(table)}`, ...key))
  copy.run(`DELETE FROM ${kind} WHERE ${whereOf(table)}`, ...key)
}

type Columns = Record<string, SqlValue>

function put(copy: Transaction, kind: string, { key }: SharedTable, columns: Columns): string | null {
  const known = copy.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', kind).map(({ name }) => name)
  const names = Object.keys(columns).filter((name) => known.includes(name))
  const rest = Object.entries(columns).filter(([name]) => !known.includes(name))
  const changed = names.filter((name) => !key.includes(name)).map((name) => `${name} = excluded.${name}`)
  copy.run(
    `INSERT INTO ${kind} (${names.join(', ')}) VALUES (${names.map(() => '?').join(', ')})
       ON CONFLICT (${key.join(', ')}) DO ${changed.length === 0 ? 'NOTHING' : `UPDATE SET ${changed.join(', ')}`}`,
    ...names.map((name) => columns[name] ?? null),
  )
  return rest.length === 0 ? null : JSON.stringify(Object.fromEntries(rest))
}

function index(copy: Transaction, key: readonly SqlValue[]): void {
  const row = copy.get<{ id: number; key: string; value: string; rationale: string | null; tags: string }>(
    'SELECT id, key, value, rationale, tags FROM memory WHERE namespace = ? AND key = ?',
    ...key,
  )
  if (row === undefined) return
  const value: JsonValue = JSON.parse(row.value)
  const tags: readonly string[] = JSON.parse(row.tags)
  copy.run(
    'INSERT INTO memory_text (rowid, key, value, rationale, tags) VALUES (?, ?, ?, ?, ?)',
    ...[row.id, row.key, wordsOf(value), row.rationale ?? '', tags.join(' ')],
  )
}

/** The columns in a row's JSON. Throws for what no program of ours sends. */
function columnsIn(body: string): Columns {
  const columns: unknown = JSON.parse(body)
  if (!isObject(columns)) throw new SqlError('a row of the store server is no object', 0)
  for (const value of Object.values(columns))
    if (value !== null && typeof value !== 'string' && typeof value !== 'number')
      throw new SqlError('a row of the store server is nested', 0)
  return columns as Columns
}
