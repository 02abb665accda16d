import { setImmediate as breath } from 'node:timers/promises'
import { type Database, isDamage, type Row, type SqlValue } from './database.ts'
import { formerNames } from './schema.ts'

/** How many rows of one table were copied. */
export interface SavedTable {
  readonly table: string
  readonly saved: number
  /** Null: some are lost, and how many cannot be known. */
  readonly lost: number | null
}

/** One table, and how its rows are named: by their primary key, or by the row id that SQLite gives. */
interface Table {
  readonly name: string
  /** Its name in the damaged store, which may be of an older version. */
  readonly source: string
  readonly columns: readonly string[]
  readonly key: readonly string[]
}

const pageRows = 100
/** A row of these may hold tens of megabytes. */
const oneByOne = new Set(['handoff_texts'])
/** The numbers between two damaged places are tried one by one, up to so many. */
const gapRows = 200_000

/**
 * Copies what can be read of `from` into `to`, an empty store: page by page from both ends of each table, then what an index still
 * names, one by one. Texts with NUL bytes are what an overwritten page leaves, so they count as lost. Other work of the process
 * goes on meanwhile.
 */
export async function copyRows(from: Database, to: Database): Promise<readonly SavedTable[]> {
  const tables = to.all<{ name: string }>(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%'`,
  )
  const results: SavedTable[] = []
  for (const { name } of tables) {
    const table = tableOf(from, to, name)
    results.push(table === null ? { table: name, saved: 0, lost: null } : await copyTable(from, to, table))
  }
  return results
}

/** The columns that both hold; null where `from` no longer knows the table. */
function tableOf(from: Database, to: Database, name: string): Table | null {
  const columnsOf = (database: Database, table: string) =>
    database.all<{ name: string; pk: number }>('SELECT name, pk FROM pragma_table_info(?)', table)
  const found = [name, formerNames[name] ?? name].map((source) => ({ source, old: readable(() => columnsOf(from, source)) ?? [] }))
  const { source, old } = found.find((each) => each.old.length > 0) ?? { source: name, old: [] }
  if (old.length === 0) return null
  const columns = columnsOf(to, name).filter((column) => old.some((each) => each.name === column.name))
  const plain = to.get<{ wr: number }>('SELECT wr FROM pragma_table_list WHERE name = ?', name)?.wr === 0
  const key = columns.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk)
  return { name, source, columns: columns.map((column) => column.name), key: plain ? ['rowid'] : key.map((column) => column.name) }
}

async function copyTable(from: Database, to: Database, table: Table): Promise<SavedTable> {
  const insert = `INSERT OR IGNORE INTO ${table.name} (${table.columns.join(', ')}) VALUES (${table.columns.map(() => '?').join(', ')})`
  let saved = 0
  let broken = 0
  const put = (row: Row): void => {
    const values = table.columns.map((name) => row[name] ?? null)
    if (values.some((value) => typeof value === 'string' && value.includes('\0'))) broken++
    else saved += to.run(insert, ...values)
  }
  const ahead = await scan(from, table, 'ASC', put)
  const behind = ahead.whole ? ahead : await scan(from, table, 'DESC', put)
  const named = indexed(from, table) ?? numbersBetween(from, table, ahead, behind)
  if (named === null) return { table: table.name, saved, lost: ahead.whole ? broken : null }
  const [select, has] = [selectOne(table), `SELECT 1 AS one FROM ${table.name} WHERE ${where(table)}`]
  let lost = 0
  for (const [at, key] of named.entries()) {
    if (at % pageRows === 0) await breath()
    if (to.get(has, ...key) !== undefined) continue
    const before = saved
    const row = readable(() => from.get(select, ...key))
    if (row !== undefined && row !== null) put(row)
    if (saved === before) lost++
  }
  return { table: table.name, saved, lost }
}

interface Scan {
  /** True if no damage stopped it. */
  readonly whole: boolean
  /** The key of the last row that was read; null: there was none. */
  readonly last: readonly SqlValue[] | null
}

/** Reads rows from one end on, up to the first damage. */
async function scan(from: Database, table: Table, direction: 'ASC' | 'DESC', put: (row: Row) => void): Promise<Scan> {
  const order = table.key.map((name) => `${name} ${direction}`).join(', ')
  const beyond = `WHERE (${table.key.join(', ')}) ${direction === 'ASC' ? '>' : '<'} (${table.key.map(() => '?').join(', ')})`
  let last: readonly SqlValue[] | null = null
  for (let size = oneByOne.has(table.name) ? 1 : pageRows; ; ) {
    const sql: string = `${selectOf(table)} ${last === null ? '' : beyond} ORDER BY ${order} LIMIT ${size}`
    const values: readonly SqlValue[] = last ?? []
    const rows = readable(() => from.all(sql, ...values))
    // The damage may be some rows on: they are read one by one up to it.
    if (rows === null && size === 1) return { whole: false, last }
    if (rows === null) size = 1
    else {
      for (const row of rows) put(row)
      const end = rows.at(-1)
      if (end !== undefined) last = table.key.map((name) => end[keyName(name)] ?? null)
      if (rows.length < size) return { whole: true, last }
    }
    await breath()
  }
}

/** Returns the keys in an index of the table, which lies on other pages. Null: no index can be read to its end. */
function indexed(from: Database, table: Table): readonly (readonly SqlValue[])[] | null {
  const indexes = readable(() =>
    from.all<{ name: string }>(`SELECT name FROM pragma_index_list(?) WHERE origin != 'pk' AND partial = 0`, table.source),
  )
  const columns = table.key.map((name) => `${name} AS ${keyName(name)}`).join(', ')
  for (const { name } of indexes ?? []) {
    const rows = readable(() => from.all(`SELECT ${columns} FROM ${table.source} INDEXED BY ${name}`))
    if (rows !== null) return rows.map((row) => table.key.map((each) => row[keyName(each)] ?? null))
  }
  return null
}

/** The numbers that a row between the two ends can have, where rows are numbered without gaps; null for other tables. */
function numbersBetween(from: Database, table: Table, ahead: Scan, behind: Scan): readonly (readonly SqlValue[])[] | null {
  if (ahead.whole) return null
  const top = readable(() => from.get<{ seq: number }>('SELECT seq FROM sqlite_sequence WHERE name = ?', table.name))?.seq
  if (top === undefined) return null
  const [first, end] = [Number(ahead.last?.[0] ?? 0) + 1, Number(behind.last?.[0] ?? top + 1)]
  return end - first > gapRows ? null : Array.from({ length: Math.max(0, end - first) }, (_, at) => [first + at])
}

const keyName = (column: string): string => `key_${column}`
const selectOf = ({ source, columns, key }: Table): string =>
  `SELECT ${[...columns, ...key.map((each) => `${each} AS ${keyName(each)}`)].join(', ')} FROM ${source} NOT INDEXED`
const where = ({ key }: Table): string => key.map((name) => `${name} = ?`).join(' AND ')
const selectOne = (table: Table): string => `${selectOf(table)} WHERE ${where(table)}`

/** Null where what is read is damaged. */
export function readable<T>(read: () => T): T | null {
  try {
    return read()
  } catch (error) {
    if (isDamage(error)) return null
    throw error
  }
}
