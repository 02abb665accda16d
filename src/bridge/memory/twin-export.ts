import type { Database } from '../store/database.ts'
import { twinLine, type TwinRow } from './twin-line.ts'

const pageKeys = 500
const columns = 'namespace, key, version, value, rationale, tags, client, session, machine, at'

export interface Exported {
  readonly entries: number
  readonly versions: number
}

/**
 * Hands every line of the memory to `write`, one at a time: each key's entry, then what it held before, oldest first; keys that were
 * deleted have versions alone. To be called in a snapshot. `namespace`: only that one.
 */
export function exportTwin(database: Database, namespace: string | undefined, now: number, write: (line: string) => void): Exported {
  let [entries, versions] = [0, 0]
  for (let last = { namespace: '', key: '' }; ; ) {
    const page = database.all<{ namespace: string; key: string }>(
      `SELECT namespace, key FROM memory WHERE (namespace, key) > (?1, ?2) ${only(namespace)}
       UNION SELECT namespace, key FROM memory_versions WHERE (namespace, key) > (?1, ?2) ${only(namespace)}
       ORDER BY namespace, key LIMIT ${pageKeys}`,
      ...[last.namespace, last.key, ...(namespace === undefined ? [] : [namespace])],
    )
    for (const place of page) {
      const entry = database.get<TwinRow>(
        `SELECT ${columns}, expires FROM memory WHERE namespace = ? AND key = ? AND (expires IS NULL OR expires > ?)`,
        ...[place.namespace, place.key, now],
      )
      if (entry !== undefined) write(twinLine('entry', entry))
      if (entry !== undefined) entries++
      // By their numbers first, so that only one value is held at a time.
      for (const { version } of database.all<{ version: number }>(
        'SELECT version FROM memory_versions WHERE namespace = ? AND key = ? ORDER BY version',
        ...[place.namespace, place.key],
      )) {
        const old = database.get<TwinRow>(
          `SELECT ${columns}, NULL AS expires FROM memory_versions WHERE namespace = ? AND key = ? AND version = ?`,
          ...[place.namespace, place.key, version],
        )
        if (old === undefined) continue
        write(twinLine('version', old))
        versions++
      }
    }
    const end = page.at(-1)
    if (end === undefined || page.length < pageKeys) return { entries, versions }
    last = end
  }
}

/** How many entries `exportTwin` would write. */
export const entryCount = (database: Database, now: number): number =>
  database.get<{ count: number }>('SELECT count(*) AS count FROM memory WHERE expires IS NULL OR expires > ?', now)?.count ?? 0

const only = (namespace: string | undefined): string => (namespace === undefined ? '' : 'AND namespace = ?3')
