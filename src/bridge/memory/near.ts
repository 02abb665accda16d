import { nearest } from '../../core/nearest.ts'
import type { Database } from '../store/database.ts'

/** Keys that are looked at, and how many are named. */
const [most, named] = [5000, 3]

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** Names like the one that was asked for: mistyped, otherwise spelled, or one within the other; the nearest first. */
function like(asked: string, known: readonly string[]): readonly string[] {
  const bare = letters(asked)
  const typo = nearest(asked, known)
  const within = known.filter((name) => {
    const other = letters(name)
    return bare.length > 2 && other.length > 2 && (other.includes(bare) || bare.includes(other))
  })
  return [...new Set([...(typo === null ? [] : [typo]), ...within])].filter((name) => name !== asked).slice(0, named)
}

/** Keys that were perhaps meant, in `namespace` or, without one, in any. */
export function nearKeys(database: Database, key: string, namespace: string | undefined, now: number): readonly string[] {
  const rows = database.all<{ key: string }>(
    `SELECT DISTINCT key FROM memory WHERE (expires IS NULL OR expires > ?) ${namespace === undefined ? '' : 'AND namespace = ?'} ORDER BY at DESC LIMIT ${most}`,
    ...[now, ...(namespace === undefined ? [] : [namespace])],
  )
  return like(
    key,
    rows.map((row) => row.key),
  )
}

/** Null: the namespace was used before; else the namespaces that were perhaps meant. */
export function newNamespace(database: Database, namespace: string): readonly string[] | null {
  const known = database
    .all<{ namespace: string }>('SELECT DISTINCT namespace FROM memory UNION SELECT DISTINCT namespace FROM memory_versions')
    .map((row) => row.namespace)
  return known.includes(namespace) ? null : like(namespace, known)
}
