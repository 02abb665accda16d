import { failed, type Refusal } from '../base/refusal.ts'
import { type Database, hasCode, isDamage } from './database.ts'
import { applicationId, copyFormat, copyFormatOf, migrate, plainVersion as plain, schemaVersion } from './schema.ts'

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
  // What is deleted is overwritten, so that nothing of a forgotten text stays in the file.
  database.exec('PRAGMA mmap_size = 0; PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 0')
  database.exec('PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON')
  // Before anything is written: what another program made is left as it is.
  if (isOld(within(database, 'BEGIN', ownVersion))) {
    database.exec('PRAGMA journal_mode = WAL')
    within(database, 'BEGIN IMMEDIATE', () => {
      const version = ownVersion(database)
      if (isOld(version)) migrate(database, version, random(8))
    })
  }
  const id = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'store'`)?.value
  if (id === undefined) throw foreign()
  return id
}

const isOld = (version: number): boolean =>
  plain(version) < schemaVersion || (copyFormatOf(version) > 0 && copyFormatOf(version) < copyFormat)

const isTooNew = (version: number): boolean => plain(version) > schemaVersion || copyFormatOf(version) > copyFormat

export const newer = (): Refusal => failed('The store was made by a newer mcp-twin; restart the client, so that it starts the newer one.')
const foreign = (): Refusal => failed("The store's file is the database of another program; move it away, then restart the client.")

/**
 * The version of a store, 0 for an empty file. Refuses a database that holds something and is not marked as ours, and one of a newer
 * version. Only inside a transaction: another process may make the store between two questions.
 */
export function ownVersion(database: Database): number {
  const version = versionOf(database)
  const isOurs = database.get<{ application_id: number }>('PRAGMA application_id')?.application_id === applicationId
  if (!isOurs && (version !== 0 || database.get('SELECT 1 AS one FROM sqlite_schema') !== undefined)) throw foreign()
  if (isTooNew(version)) throw newer()
  return version
}

/** Whether a newer program has migrated an open store. */
export const isNewer = (database: Database): boolean => isTooNew(versionOf(database))

/** Whether a store is the copy of a server's. */
export const isCopy = (database: Database): boolean => copyFormatOf(versionOf(database)) > 0

/** Whether a copy has an outbox: an older one gets it when it is opened to be written. */
export const hasOutbox = (database: Database): boolean => copyFormatOf(versionOf(database)) !== 1

/** Whether a copy was made by an older program, and was not opened to be written since. */
export const isOlderCopy = (database: Pick<Database, 'get'>): boolean => copyFormatOf(versionOf(database)) < copyFormat

const versionOf = (database: Pick<Database, 'get'>): number =>
  database.get<{ user_version: number }>('PRAGMA user_version')?.user_version ?? 0
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
    endTransaction(database)
    throw error
  }
}

/** Undoes the transaction that a connection is in. A lock must not outlive it: libsql closes one only when its statements are collected. */
export function endTransaction(database: Database): void {
  try {
    database.exec('ROLLBACK')
  } catch {
    // SQLite has ended it by itself, as it does when the disk is full, or the file was too damaged for one.
  }
}

/** Turns a failure of SQLite into a Refusal; returns any other error unchanged. */
export function explained(error: unknown, folder: string): unknown {
  if (hasCode(error, 'full')) return failed('Nothing was stored: the disk is full; make room and try again.')
  if (isDamage(error)) return failed(`The store in ${folder} is damaged: ${error.message}; run: mcp-twin doctor.`)
  if (hasCode(error, 'readOnly', 'cannotOpen')) return failed(`The store in ${folder} cannot be written: ${error.message}.`)
  if (hasCode(error, 'io')) return failed(`The disk failed under the store in ${folder}: ${error.message}.`)
  return error
}
