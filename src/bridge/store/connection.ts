import { failed, type Refusal } from '../base/refusal.ts'
import type { Database } from './database.ts'
import { applicationId, migrate, schemaVersion } from './schema.ts'

/** Takes the place of a database that is not open. */
export const closedDatabase: Database = {
  exec() {},
  run: () => 0,
  get: () => undefined,
  all: () => [],
  close() {},
}

/** Sets the connection up and brings the file to the newest version. Returns the id of the store. */
export function prepare(database: Database, random: (bytes: number) => string): string {
  database.exec('PRAGMA mmap_size = 0; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0; PRAGMA trusted_schema = OFF')
  const version = versionOf(database)
  if (version > schemaVersion) throw newer()
  if (version < schemaVersion) {
    database.exec('PRAGMA journal_mode = WAL')
    within(database, 'BEGIN IMMEDIATE', () => {
      const now = versionOf(database)
      if (now === 0 && (database.get<{ n: number }>('SELECT count(*) AS n FROM sqlite_schema')?.n ?? 0) > 0) throw foreign()
      if (now < schemaVersion) migrate(database, now, random(8))
    })
  }
  if (database.get<{ application_id: number }>('PRAGMA application_id')?.application_id !== applicationId) throw foreign()
  const id = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'store'`)?.value
  if (id === undefined) throw foreign()
  return id
}

export const newer = (): Refusal => failed('The store was made by a newer mcp-twin; restart the client, so that it starts the newer one.')
const foreign = (): Refusal => failed("The store's file is the database of another program; move it away, then restart the client.")
export const versionOf = (database: Database): number => database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
export const lastChange = (database: Database): number =>
  database.get<{ seq: number }>(`SELECT seq FROM sqlite_sequence WHERE name = 'changes'`)?.seq ?? 0

/** Runs `work` between `begin` and COMMIT; whatever it throws undoes it. */
export function within<T>(database: Database, begin: string, work: (database: Database) => T): T {
  database.exec(begin)
  try {
    const result = work(database)
    database.exec('COMMIT')
    return result
  } catch (error) {
    try {
      database.exec('ROLLBACK')
    } catch {
      // SQLite has ended the transaction by itself, as it does when the disk is full.
    }
    throw error
  }
}
