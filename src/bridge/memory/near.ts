import { alike } from '../../core/nearest.ts'
import type { Database } from '../store/database.ts'
import { knownNamespaces } from '../store/known.ts'
import { sharedNamespace } from './namespace.ts'

/** Keys that are looked at. */
const most = 5000

/** Keys that were perhaps meant, in `namespace` or, without one, in any. */
export function nearKeys(database: Database, key: string, namespace: string | undefined, now: number): readonly string[] {
  const rows = database.all<{ key: string }>(
    `SELECT DISTINCT key FROM memory WHERE (expires IS NULL OR expires > ?) ${namespace === undefined ? '' : 'AND namespace = ?'} ORDER BY at DESC LIMIT ${most}`,
    ...[now, ...(namespace === undefined ? [] : [namespace])],
  )
  return alike(
    key,
    rows.map((row) => row.key),
  )
}

/**
 * Null: the namespace was used before, or is one that programs work in, as the session's own is; else the namespaces that were
 * perhaps meant.
 */
export function newNamespace(database: Database, namespace: string, own: string): readonly string[] | null {
  const working = database.all<{ namespace: string }>('SELECT namespace FROM programs UNION SELECT namespace FROM handoff_heads')
  const known = [...new Set([own, sharedNamespace, ...knownNamespaces(database), ...working.map((row) => row.namespace)])]
  return known.includes(namespace) ? null : alike(namespace, known)
}
