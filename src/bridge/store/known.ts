import type { Database } from './database.ts'

/** How many of the newest ids are compared with one that nothing has. */
const idsMost = 1000

export type StoredKind = 'handoff' | 'action' | 'question'

/** The table of each kind, and the column by which its newest come first. */
const tables: Readonly<Record<StoredKind, { readonly table: string; readonly age: string }>> = {
  handoff: { table: 'handoff_heads', age: 'updated' },
  action: { table: 'actions', age: 'n' },
  question: { table: 'questions', age: 'at' },
}

/** The newest ids of a kind; that one first, if it is there. */
export function knownIds(database: Database, kind: StoredKind, id: string): readonly string[] {
  const { table, age } = tables[kind]
  const there = database.get(`SELECT 1 AS one FROM ${table} WHERE id = ?`, id) !== undefined
  const newest = database.all<{ id: string }>(`SELECT id FROM ${table} ORDER BY ${age} DESC LIMIT ?`, idsMost)
  return [...(there ? [id] : []), ...newest.map((row) => row.id)]
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
