import type { Database } from './database.ts'

/** How many of the newest ids are compared with one that nothing has. */
const idsMost = 1000

export type StoredKind = 'handoff' | 'action'

const orders: Readonly<Record<StoredKind, string>> = {
  handoff: 'SELECT id FROM handoffs ORDER BY updated DESC LIMIT ?',
  action: 'SELECT id FROM actions ORDER BY n DESC LIMIT ?',
}

/** The newest ids of a kind; that one first, if it is there. */
export function knownIds(database: Database, kind: StoredKind, id: string): readonly string[] {
  const there = database.get(`SELECT 1 AS one FROM ${kind}s WHERE id = ?`, id) !== undefined
  return [...(there ? [id] : []), ...database.all<{ id: string }>(orders[kind], idsMost).map((row) => row.id)]
}

/** Every namespace that something was ever remembered in, as far as its history is kept. */
export const knownNamespaces = (database: Database): readonly string[] =>
  database
    .all<{ namespace: string }>('SELECT DISTINCT namespace FROM memory UNION SELECT DISTINCT namespace FROM memory_versions')
    .map((row) => row.namespace)

/** Keys that are remembered, of one namespace or of all. */
export const knownKeys = (database: Database, namespace?: string): readonly string[] =>
  database
    .all<{ key: string }>(
      namespace === undefined ? 'SELECT DISTINCT key FROM memory LIMIT ?' : 'SELECT key FROM memory WHERE namespace = ? LIMIT ?',
      ...(namespace === undefined ? [] : [namespace]),
      50 * idsMost,
    )
    .map((row) => row.key)
