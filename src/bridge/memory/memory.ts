import { inQuotes, quoteInLine } from '../base/quote.ts'
import type { JsonValue } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { type MemoryEntry, entryColumns, entryOf, type EntryRow, wordsOf } from './entry.ts'

export interface NewEntry {
  readonly namespace: string
  readonly key: string
  readonly value: JsonValue
  readonly rationale?: string | undefined
  readonly tags?: readonly string[] | undefined
  readonly ttlSeconds?: number | undefined
  /** The version that the entry must have; 0: there must be none. */
  readonly ifVersion?: number | undefined
}

/** Stores a value as the next version of its key, which is returned. Throws a Refusal where the present version is not `ifVersion`. */
export function set(store: Transaction, entry: NewEntry): number {
  const { namespace, key } = entry
  forgetExpired(store, namespace, key)
  const present = stored(store, namespace, key)
  expectVersion(present, entry)
  if (present !== undefined) keep(store, present)
  const version = lastVersion(store, namespace, key, present) + 1
  const row = [JSON.stringify(entry.value), entry.rationale ?? null, JSON.stringify(entry.tags ?? [])] as const
  const expires = entry.ttlSeconds === undefined ? null : store.now + entry.ttlSeconds * 1000
  const { client, session } = store.author
  if (present === undefined)
    store.run(
      `INSERT INTO memory (namespace, key, value, rationale, tags, version, expires, client, session, machine, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[namespace, key, ...row, version, expires, client, session, store.machine, store.now],
    )
  else
    store.run(
      'UPDATE memory SET value = ?, rationale = ?, tags = ?, version = ?, expires = ?, client = ?, session = ?, machine = ?, at = ? WHERE id = ?',
      ...[...row, version, expires, client, session, store.machine, store.now, present.id],
    )
  const id = present?.id ?? stored(store, namespace, key)?.id ?? 0
  if (present !== undefined) store.run('DELETE FROM memory_text WHERE rowid = ?', id)
  store.run(
    'INSERT INTO memory_text (rowid, key, value, rationale, tags) VALUES (?, ?, ?, ?, ?)',
    ...[id, key, wordsOf(entry.value), entry.rationale ?? '', (entry.tags ?? []).join(' ')],
  )
  store.changed('memory', key, namespace)
  return version
}

/** Removes an entry; what it held stays in its history. Returns false where there was none. */
export function remove(store: Transaction, entry: Pick<NewEntry, 'namespace' | 'key' | 'ifVersion'>): boolean {
  const { namespace, key } = entry
  forgetExpired(store, namespace, key)
  const present = stored(store, namespace, key)
  expectVersion(present, entry)
  if (present === undefined) return false
  keep(store, present)
  drop(store, present)
  store.changed('memory', key, namespace)
  return true
}

/** Forgets what a deleted key held; that it was deleted, and its number, stay. Returns how many versions were forgotten. */
export function forgetHistory(store: Transaction, namespace: string, key: string): number {
  const forgotten = store.run(
    'DELETE FROM memory_versions WHERE namespace = ?1 AND key = ?2 AND version < (SELECT max(version) FROM memory_versions WHERE namespace = ?1 AND key = ?2)',
    ...[namespace, key],
  )
  if (forgotten === 0) return 0
  // The index of words keeps what was deleted until its parts are merged.
  store.run("INSERT INTO memory_text (memory_text) VALUES ('optimize')")
  store.changed('memory', key, namespace)
  return forgotten
}

/** The entry of a key, or an older version of it. Null: there is none, or it has expired. */
export function get(database: Database, namespace: string, key: string, now: number, version?: number): MemoryEntry | null {
  const row = database.get<EntryRow>(
    `SELECT ${entryColumns} FROM memory WHERE namespace = ? AND key = ? AND (expires IS NULL OR expires > ?)`,
    ...[namespace, key, now],
  )
  if (row !== undefined && (version === undefined || row.version === version)) return entryOf(row)
  if (version === undefined) return null
  const old = database.get<EntryRow>(
    `SELECT ${entryColumns} FROM memory_versions WHERE namespace = ? AND key = ? AND version = ? AND value IS NOT NULL`,
    ...[namespace, key, version],
  )
  return old === undefined ? null : entryOf(old)
}

/** The entries of one key in all namespaces, newest first. */
export const everywhere = (database: Database, key: string, now: number): readonly MemoryEntry[] =>
  database
    .all<EntryRow>(
      `SELECT ${entryColumns} FROM memory WHERE key = ? AND (expires IS NULL OR expires > ?) ORDER BY at DESC, namespace LIMIT 50`,
      ...[key, now],
    )
    .map(entryOf)

/** The versions of a key, newest first; `value` is null where it was deleted. */
export function history(
  database: Database,
  namespace: string,
  key: string,
): readonly (Omit<MemoryEntry, 'value'> & { value: string | null })[] {
  const rows = database.all<EntryRow>(
    `SELECT ${entryColumns} FROM memory WHERE namespace = ?1 AND key = ?2
     UNION ALL SELECT ${entryColumns} FROM memory_versions WHERE namespace = ?1 AND key = ?2 ORDER BY version DESC`,
    ...[namespace, key],
  )
  return rows.map(entryOf)
}

/** Which entries a list is of. */
export interface ListQuery {
  readonly prefix?: string | undefined
  readonly namespace?: string | undefined
  /** Only entries with all of these tags. */
  readonly tags?: readonly string[] | undefined
}

export interface PageQuery extends ListQuery {
  readonly limit: number
  /** Newest first; else by namespace and key. */
  readonly newest?: boolean | undefined
  /** The last entry of the page before. */
  readonly after?: Pick<MemoryEntry, 'namespace' | 'key' | 'at'> | undefined
}

function conditions({ prefix = '', namespace, tags = [] }: ListQuery, now: number) {
  const rules: string[] = ['(expires IS NULL OR expires > ?)']
  const values: (string | number)[] = [now]
  const rule = (text: string, ...more: readonly (string | number)[]) => {
    rules.push(text)
    values.push(...more)
  }
  if (namespace !== undefined) rule('namespace = ?', namespace)
  // A range rather than LIKE, which takes `_` and `%` for patterns and cannot use the index.
  if (prefix !== '') rule('key >= ? AND key < ?', prefix, `${prefix}\u{10FFFF}`)
  for (const tag of tags) rule('EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?)', tag)
  return { rule, where: () => rules.join(' AND '), values }
}

/** One page of entries. */
export function list(database: Database, { newest = false, after, limit, ...query }: PageQuery, now: number): readonly MemoryEntry[] {
  const { rule, where, values } = conditions(query, now)
  if (after !== undefined && newest)
    rule('(at < ? OR (at = ? AND (namespace, key) > (?, ?)))', after.at, after.at, after.namespace, after.key)
  else if (after !== undefined) rule('(namespace, key) > (?, ?)', after.namespace, after.key)
  const order = `${newest ? 'at DESC, ' : ''}namespace, key`
  return database
    .all<EntryRow>(`SELECT ${entryColumns} FROM memory WHERE ${where()} ORDER BY ${order} LIMIT ?`, ...values, limit)
    .map(entryOf)
}

/** How many entries a list has in all. */
export function countEntries(database: Database, query: ListQuery, now: number): number {
  const { where, values } = conditions(query, now)
  return database.get<{ n: number }>(`SELECT count(*) AS n FROM memory WHERE ${where()}`, ...values)?.n ?? 0
}

interface StoredRow extends EntryRow {
  id: number
  session: string
  machine: string
}

const stored = (database: Database, namespace: string, key: string): StoredRow | undefined =>
  database.get<StoredRow>(`SELECT id, session, machine, ${entryColumns} FROM memory WHERE namespace = ? AND key = ?`, namespace, key)

function expectVersion(
  present: StoredRow | undefined,
  { key, namespace, ifVersion }: Pick<NewEntry, 'key' | 'namespace' | 'ifVersion'>,
): void {
  if (ifVersion === undefined || ifVersion === (present?.version ?? 0)) return
  throw failed(
    present === undefined
      ? `Conflict: expected version ${ifVersion}, but there is no ${inQuotes(key)} in ${quoteInLine(namespace)}; leave if_version out, or set it to 0.`
      : `Conflict: ${inQuotes(key)} in ${quoteInLine(namespace)} is at version ${present.version}, not ${ifVersion}; read it again and set if_version to ${present.version}.`,
  )
}

/** A version number is never given twice, also when the entry was deleted in between. */
const lastVersion = (database: Database, namespace: string, key: string, present: StoredRow | undefined): number =>
  present?.version ??
  database.get<{ version: number | null }>(
    'SELECT max(version) AS version FROM memory_versions WHERE namespace = ? AND key = ?',
    namespace,
    key,
  )?.version ??
  0

/** Puts what a key holds now into its history. */
export function keepPresent(store: Transaction, namespace: string, key: string): void {
  const present = stored(store, namespace, key)
  if (present !== undefined) keep(store, present)
}

/** Puts the present version into the history, which is cut at its oldest end. */
function keep(store: Transaction, row: StoredRow): void {
  const { namespace, key, version } = row
  const author = [row.client, row.session, row.machine, row.at] as const
  insertVersion(store, [namespace, key, version, row.value, row.rationale, row.tags, ...author])
  store.run('DELETE FROM memory_versions WHERE namespace = ? AND key = ? AND version <= ?', namespace, key, version - limits.memoryVersions)
}

function insertVersion(store: Transaction, values: readonly (string | number | null)[]): void {
  store.run(
    'INSERT OR REPLACE INTO memory_versions (namespace, key, version, value, rationale, tags, client, session, machine, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...values,
  )
}

/** Takes the entry away and notes in its history who did, as a version without a value. */
function drop(store: Transaction, { id, namespace, key, version }: StoredRow): void {
  const { client, session } = store.author
  insertVersion(store, [namespace, key, version + 1, null, null, '[]', client, session, store.machine, store.now])
  store.run('DELETE FROM memory_text WHERE rowid = ?', id)
  store.run('DELETE FROM memory WHERE id = ?', id)
}

/**
 * Entries that have expired go when somebody writes, a few at a time; until then nobody is shown them. In a copy only the one that is
 * written goes, so that writes of two machines meet nowhere else.
 */
function forgetExpired(store: Transaction, namespace: string, key: string): void {
  const all = `SELECT id, session, machine, ${entryColumns} FROM memory WHERE expires <= ?`
  const gone = store.isCopy
    ? store.all<StoredRow>(`${all} AND namespace = ? AND key = ?`, store.now, namespace, key)
    : store.all<StoredRow>(`${all} LIMIT ?`, store.now, limits.memoryExpired)
  for (const row of gone) {
    keep(store, row)
    drop(store, row)
  }
}
