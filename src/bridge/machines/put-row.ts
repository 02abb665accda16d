import { isObject } from '../../core/object.ts'
import type { JsonValue } from '../../model/entry.ts'
import { wordsOf } from '../memory/entry.ts'
import type { Row, SqlValue } from '../store/database.ts'
import { SqlError } from '../store/database.ts'
import { type Columns, columnsOf, type OpenCopy } from './row.ts'
import { sharedTables, type SharedTable } from './tables.ts'

const whereOf = ({ key }: SharedTable): string => key.map((name) => `${name} = ?`).join(' AND ')

const unindex = (copy: OpenCopy, kind: string, before: Row | undefined): unknown =>
  kind === 'memory' && before !== undefined && copy.run('DELETE FROM memory_text WHERE rowid = ?', before.id ?? 0)

/**
 * Stores a shared row, with its words. Returns what a newer program says of it in columns that are unknown here, as JSON; null: nothing.
 * `own`: the columns that stay on this machine.
 */
export function putRow(copy: OpenCopy, kind: string, key: readonly SqlValue[], body: Columns, own: Columns): string | null {
  const table = sharedTables[kind]
  if (table === undefined) return null
  const before = copy.get<Row>(`SELECT * FROM ${kind} WHERE ${whereOf(table)}`, ...key)
  unindex(copy, kind, before)
  // What says something about one machine alone is nobody else's to say.
  const shared = Object.fromEntries(Object.entries(body).filter(([name]) => !table.own.includes(name)))
  const extra = put(copy, kind, table, columnsOf(shared, own, before, copy.machine))
  if (kind === 'memory') index(copy, key)
  return extra
}

export function deleteRow(copy: OpenCopy, kind: string, key: readonly SqlValue[]): void {
  const table = sharedTables[kind]
  if (table === undefined) return
  unindex(copy, kind, copy.get<Row>(`SELECT * FROM ${kind} WHERE ${whereOf(table)}`, ...key))
  copy.run(`DELETE FROM ${kind} WHERE ${whereOf(table)}`, ...key)
}

function put(copy: OpenCopy, kind: string, { key }: SharedTable, columns: Columns): string | null {
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

function index(copy: OpenCopy, key: readonly SqlValue[]): void {
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
export function columnsIn(body: string): Columns {
  const columns: unknown = JSON.parse(body)
  if (!isObject(columns)) throw new SqlError('a row of the store server is no object', 0)
  for (const value of Object.values(columns))
    if (value !== null && typeof value !== 'string' && typeof value !== 'number')
      throw new SqlError('a row of the store server is nested', 0)
  return columns as Columns
}
