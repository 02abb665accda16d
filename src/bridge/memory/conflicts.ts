import { isCopy } from '../store/connection.ts'
import type { Database } from '../store/database.ts'

/** A value, or a deletion, of a program that came after another machine had changed the key. */
export interface Conflict {
  readonly namespace: string
  readonly key: string
  /** Which version of the history it is; null: the key was to be deleted. */
  readonly version: number | null
  /** The version that stayed; null: the key stayed deleted. */
  readonly kept: number | null
}

/** What lost to the values of other machines and was not settled, oldest first; `client` null: of all. Only a copy has any. */
export const conflictsFor = (database: Database, client: string | null, limit: number): readonly Conflict[] =>
  isCopy(database)
    ? database
        .all<{ namespace: string; key: string; version: number | null; kept: number | null }>(
          'SELECT namespace, key, version, kept FROM conflicts WHERE ?1 IS NULL OR client = ?1 ORDER BY at, namespace, key LIMIT ?2',
          ...[client, limit],
        )
        .map(({ namespace, key, version, kept }) => ({ namespace, key, version, kept }))
    : []

export const countConflicts = (database: Database, client: string | null): number =>
  isCopy(database)
    ? (database.get<{ n: number }>('SELECT count(*) AS n FROM conflicts WHERE ?1 IS NULL OR client = ?1', client)?.n ?? 0)
    : 0
