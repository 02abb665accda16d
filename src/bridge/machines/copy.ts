import { isObject } from '../../core/object.ts'
import { failed } from '../base/refusal.ts'
import { isCopy } from '../store/connection.ts'
import type { SentWrite, StoreCopy } from '../store/transaction.ts'
import type { Database } from '../store/database.ts'
import { copyFormat, copyMark, copySteps, schemaVersion } from '../store/schema.ts'
import type { Batch, ChangedRow } from './batch.ts'
import type { ServerTrust } from './client.ts'
import { behindOf, hasUnsent, hasWaiting, keepBatch, seenOf, sharedBody } from './outbox.ts'
import { refusalBelow } from './refused.ts'
import { sharedTables } from './tables.ts'

/** Turns a store into a copy, in the caller's transaction or outside of one. Its rows are those of no server yet. */
export function makeCopy(database: Database): void {
  database.exec(`
    CREATE TABLE revisions (
      kind TEXT NOT NULL, key TEXT NOT NULL, n INTEGER NOT NULL, extra TEXT, PRIMARY KEY (kind, key)
    ) WITHOUT ROWID;
    ALTER TABLE handoff_notes ADD COLUMN uid TEXT;
    UPDATE handoff_notes SET uid = lower(hex(randomblob(12)));
    CREATE UNIQUE INDEX handoff_notes_by_uid ON handoff_notes (uid);
    ${copySteps.join('')}
    PRAGMA user_version = ${schemaVersion + copyFormat * copyMark}`)
}

/** Which server a copy is of, as the copy itself says. */
export interface JoinedServer extends ServerTrust {
  /** As it was typed: keys are named in it. */
  readonly url: string
  /** The name of this machine there. */
  readonly machine: string
}

const joinedName = 'server'

/** Null: the store is this machine's own. */
export const serverOf = (database: Database): JoinedServer | null => (isCopy(database) ? joinedTo(database) : null)

export function joinedTo({ get }: Pick<Database, 'get'>): JoinedServer {
  const joined: unknown = JSON.parse(get<{ value: string }>('SELECT value FROM meta WHERE name = ?', joinedName)?.value ?? 'null')
  if (!isObject(joined) || typeof joined.url !== 'string' || typeof joined.machine !== 'string')
    throw failed('The store is the copy of a server that it does not name.')
  const { url, machine, certificate, isPlain } = joined
  return { url, machine, ...(typeof certificate === 'string' && { certificate }), ...(isPlain === true && { isPlain }) }
}

export const join = ({ run }: Pick<Database, 'run'>, server: JoinedServer): number =>
  run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', joinedName, JSON.stringify(server))

const jsonOf = (row: 'NEW' | 'OLD', key: readonly string[]): string => `json_array(${key.map((each) => `${row}.${each}`).join(', ')})`

/** Triggers of this connection alone, which note the rows that it changes. */
function noting(database: Database): string {
  // No OR IGNORE: a statement that has its own ON CONFLICT makes nothing of it in triggers.
  const note = (kind: string, what: string, from = '') =>
    `INSERT INTO touched (kind, key) SELECT '${kind}', ${what} ${from === '' ? 'WHERE' : `${from} AND`}
       NOT EXISTS (SELECT 1 FROM touched WHERE kind = '${kind}' AND key = ${what})`
  const each = Object.entries(sharedTables).map(([kind, { key, own, number }]) => {
    const columns = database.all<{ name: string }>('SELECT name FROM pragma_table_info(?)', kind).map(({ name }) => name)
    const shared = columns.filter((name) => !own.includes(name) && name !== number)
    const named =
      kind === 'handoff_notes'
        ? `UPDATE handoff_notes SET uid = lower(hex(randomblob(12))) WHERE n = NEW.n AND uid IS NULL;
           ${note(kind, 'json_array(uid)', 'FROM handoff_notes WHERE n = NEW.n')}`
        : note(kind, jsonOf('NEW', key))
    return `
      CREATE TEMP TRIGGER ${kind}_added AFTER INSERT ON main.${kind} BEGIN ${named}; END;
      CREATE TEMP TRIGGER ${kind}_changed AFTER UPDATE OF ${shared.join(', ')} ON main.${kind} BEGIN ${note(kind, jsonOf('NEW', key))}; END;
      CREATE TEMP TRIGGER ${kind}_removed AFTER DELETE ON main.${kind} BEGIN ${note(kind, jsonOf('OLD', key))}; END;`
  })
  return `PRAGMA temp_store = MEMORY;
    CREATE TEMP TABLE touched (kind TEXT NOT NULL, key TEXT NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
    ${each.join('')}`
}

export interface CopyOptions {
  /** The name of this machine. */
  readonly machine: string
  random(bytes: number): string
  /** Has the server order a batch, behind those that wait; null: only those. */
  send(batch: Batch | null): Promise<SentWrite>
}

/** Prepares an open copy: from now on it knows which shared rows a transaction changes. */
export function openCopy(database: Database, { machine, random, send }: CopyOptions): StoreCopy {
  database.exec(noting(database))
  return {
    machine,
    toSend(store, { author, at, changes }) {
      const rows = store
        .all<{ kind: string; key: string }>('SELECT kind, key FROM touched')
        .flatMap(({ kind, key }) => changedRow(store, kind, key, machine))
      if (rows.length === 0) return null
      const batch: Batch = { id: random(12), author, at, rows, changes }
      const below = new Set(rows.flatMap(({ behind }) => (behind === '' ? [] : [behind])))
      const isBehind = below.size > 0 || hasWaiting(store)
      return {
        isBehind,
        refusal: refusalBelow(store, below),
        send: () => send(batch),
        sendEarlier: () => send(null),
        keep: (copy) => (!isBehind || hasUnsent(copy)) && keepBatch(copy, batch),
      }
    },
    settle: (store) => store.exec('DELETE FROM touched'),
  }
}

/** A touched row as it is sent; none where it came and went in one transaction. */
function changedRow(database: Database, kind: string, key: string, machine: string): readonly ChangedRow[] {
  if (sharedTables[kind] === undefined) return []
  const seen = seenOf(database, kind, key)
  const behind = behindOf(database, kind, key)
  const row = sharedBody(database, kind, key, machine)
  return row.body === null && seen === 0 && behind === '' ? [] : [{ kind, key, seen, behind, ...row }]
}
