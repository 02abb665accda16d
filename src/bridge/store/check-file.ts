import { type Database, SqlError, sqlCodes } from './database.ts'

/** The tables of a store, those of its index of words included. */
export const tablesIn = (database: Database): readonly string[] =>
  database
    .all<{ name: string }>(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'shadow')`)
    .map(({ name }) => name)

/** Throws the error of a damaged file where a table or one of its indexes does not hold together. */
export function checkTable(database: Database, table: string): void {
  const [first] = database.all<{ integrity_check: string }>(`PRAGMA integrity_check('${table}')`)
  if (first !== undefined && first.integrity_check !== 'ok') throw new SqlError(first.integrity_check, sqlCodes.corrupt)
}

/** Checks the whole file on a connection of its own, at once; a large file is not checked to its end when the time is over. */
export function verifyFile(database: Database, ms: number): void {
  const until = performance.now() + ms
  for (const table of tablesIn(database)) if (performance.now() < until) checkTable(database, table)
}
