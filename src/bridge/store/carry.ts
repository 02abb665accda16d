import { readable } from './salvage-rows.ts'
import type { Database, Row, SqlValue } from './database.ts'

/** What a row of a table is known by, besides a number that only says in which order rows came. */
interface Kind {
  /** The number, which may stand for another row in another store. */
  readonly number?: string
  /** The column that is larger in the newer of two versions of a row. */
  readonly age?: string
  /** True where only the number is unique. */
  readonly isLoose?: true
  /** How many rows are read at once, where one may hold tens of megabytes. */
  readonly page?: number
}

const kinds: Readonly<Record<string, Kind>> = {
  memory: { number: 'id', age: 'version' },
  handoff_heads: { age: 'updated' },
  handoff_texts: { page: 1 },
  handoff_notes: { number: 'n', isLoose: true },
  questions: { age: 'answer_at' },
  actions: { number: 'n', age: 'updated' },
  searches: { number: 'n' },
  changes: { number: 'n', isLoose: true },
  outbox: { number: 'n' },
}

/**
 * Copies rows of `from` that `to` lacks or has in an older state. Both files were one store once and were written separately since.
 * Runs inside the caller's transaction. Unreadable rows are left out. Returns the number of rows.
 */
export function carryRows(from: Database, to: Database): number {
  const tables = to.all<{ name: string }>(
    `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite%' AND name != 'meta'`,
  )
  let carried = 0
  for (const { name } of tables) {
    const kind = kinds[name] ?? {}
    const known = columnsOf(to, name)
    const columns = (readable(() => columnsOf(from, name)) ?? []).filter((each) => known.includes(each) && each !== kind.number)
    if (columns.length === 0) continue
    const [sql, twice] = statement(name, columns, kind)
    for (const row of rowsOf(from, name, columns, kind)) {
      const values: SqlValue[] = columns.map((each) => row[each] ?? null)
      carried += to.run(sql, ...values, ...(twice ? values : []))
    }
  }
  return carried
}

/** The rows of a table up to the first that cannot be read. */
function* rowsOf(from: Database, table: string, columns: readonly string[], { number, page }: Kind): Iterable<Row> {
  const sql = `SELECT ${columns.join(', ')} FROM ${table} ORDER BY ${number ?? columns[0]} LIMIT ${page ?? -1} OFFSET ?`
  for (let at = 0; ; at += page ?? 0) {
    const rows = readable(() => from.all(sql, at)) ?? []
    yield* rows
    if (page === undefined || rows.length < page) return
  }
}

const columnsOf = (database: Database, table: string): string[] =>
  database.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', table).map(({ name }) => name)

/** How a row is put into a table, and whether its values stand in that twice. */
function statement(table: string, columns: readonly string[], { age, isLoose }: Kind): [sql: string, twice: boolean] {
  const into = `INSERT INTO ${table} (${columns.join(', ')})`
  const places = columns.map(() => '?').join(', ')
  const same = columns.map((each) => `${each} IS ?`).join(' AND ')
  if (isLoose === true) return [`${into} SELECT ${places} WHERE NOT EXISTS (SELECT 1 FROM ${table} WHERE ${same})`, true]
  if (age === undefined) return [`${into} VALUES (${places}) ON CONFLICT DO NOTHING`, false]
  const set = columns.map((each) => `${each} = excluded.${each}`).join(', ')
  const newer = `coalesce(excluded.${age}, 0) > coalesce(${table}.${age}, 0)`
  return [`${into} VALUES (${places}) ON CONFLICT DO UPDATE SET ${set} WHERE ${newer}`, false]
}
