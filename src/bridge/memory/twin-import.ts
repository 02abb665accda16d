import { limits } from '../base/limits.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { wordsOf } from './entry.ts'
import { keepPresent } from './memory.ts'
import type { TwinKind, TwinRow } from './twin-line.ts'

/**
 * What becomes of a line: stored; there already; `differs`, so that the store's own stays; expired; `old`, beyond the versions
 * that are kept of a key, or of a key whose own entry stays.
 */
export type TwinOutcome = 'stored' | 'unchanged' | 'differs' | 'expired' | 'old'

export interface TwinItem {
  readonly kind: TwinKind
  readonly row: TwinRow
}

interface Present {
  readonly [column: string]: string | number | null
  readonly id: number
  readonly version: number
  readonly value: string
  readonly rationale: string | null
  readonly tags: string
}

/**
 * Says what `take` would do with a line. `force`: a different entry becomes the next version of its key, and the store's own value
 * moves to the history.
 */
export function judgeTwin(database: Database, { kind, row }: TwinItem, now: number, force: boolean): TwinOutcome {
  const { namespace, key, version } = row
  const present = presentOf(database, namespace, key)
  if (kind === 'entry') {
    if (row.expires !== null && row.expires <= now) return 'expired'
    if (present === undefined) return 'stored'
    return isSame(present, row) ? 'unchanged' : force ? 'stored' : 'differs'
  }
  const kept = database.get<Present>(
    'SELECT version AS id, version, value, rationale, tags FROM memory_versions WHERE namespace = ? AND key = ? AND version = ?',
    ...[namespace, key, version],
  )
  if (kept !== undefined) return isSame(kept, row) ? 'unchanged' : 'differs'
  const newest = present?.version ?? null
  if (newest !== null && version === newest && present !== undefined && isSame(present, row)) return 'unchanged'
  if (newest !== null && version >= newest) return 'differs'
  return newest !== null && version <= newest - limits.memoryVersions - 1 ? 'old' : 'stored'
}

/** Stores a line, with the author and the time that it names. The change itself is recorded as its author's who imports. */
export function takeTwin(store: Transaction, item: TwinItem, force: boolean): TwinOutcome {
  const outcome = judgeTwin(store, item, store.now, force)
  if (outcome !== 'stored') return outcome
  const { kind, row } = item
  const { namespace, key, rationale, tags, client, session, machine, at, expires } = row
  const facts = [row.value, rationale, tags, client, session, machine, at]
  if (kind === 'version') {
    store.run(
      'INSERT INTO memory_versions (namespace, key, version, value, rationale, tags, client, session, machine, at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      ...[namespace, key, row.version, ...facts],
    )
    store.run(
      `DELETE FROM memory_versions WHERE namespace = ?1 AND key = ?2 AND version <= (SELECT max(version) FROM
         (SELECT version FROM memory WHERE namespace = ?1 AND key = ?2 UNION SELECT version FROM memory_versions WHERE namespace = ?1 AND key = ?2)) - ${limits.memoryVersions} - 1`,
      ...[namespace, key],
    )
    return outcome
  }
  const present = presentOf(store, namespace, key)
  if (present !== undefined) {
    keepPresent(store, namespace, key)
    store.run('DELETE FROM memory_text WHERE rowid = ?', present.id)
    store.run('DELETE FROM memory WHERE id = ?', present.id)
  }
  // A number is never given twice, also where the key was deleted since.
  const last = store.get<{ version: number | null }>(
    'SELECT max(version) AS version FROM memory_versions WHERE namespace = ? AND key = ?',
    ...[namespace, key],
  )?.version
  const version = Math.max(row.version, (last ?? 0) + 1)
  store.run(
    'INSERT INTO memory (namespace, key, version, value, rationale, tags, client, session, machine, at, expires) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    ...[namespace, key, version, ...facts, expires],
  )
  store.run(
    'INSERT INTO memory_text (rowid, key, value, rationale, tags) VALUES (?, ?, ?, ?, ?)',
    presentOf(store, namespace, key)?.id ?? 0,
    ...[key, wordsOf(JSON.parse(row.value ?? 'null')), rationale ?? '', (JSON.parse(tags) as string[]).join(' ')],
  )
  store.changed('memory', key, namespace)
  return outcome
}

const presentOf = (database: Database, namespace: string, key: string): Present | undefined =>
  database.get<Present>('SELECT id, version, value, rationale, tags FROM memory WHERE namespace = ? AND key = ?', namespace, key)

/** Whether a key says the same, whatever its number. */
const isSame = (present: Present, { value, rationale, tags }: TwinRow): boolean =>
  present.value === value && present.rationale === rationale && present.tags === tags
