import { limits } from '../base/limits.ts'
import type { StoredVersion } from './merging-memory.ts'
import type { OutboxRow } from './outbox.ts'

/** A version of a key as a row of its history. */
export const versionRow = (namespace: string, key: string, version: StoredVersion): OutboxRow => {
  const { value, rationale, tags, client, session, machine, at } = version
  return {
    kind: 'memory_versions',
    key: JSON.stringify([namespace, key, version.version]),
    body: JSON.stringify({ namespace, key, version: version.version, value, rationale, tags, client, session, machine, at }),
    own: '{}',
  }
}

/** The rows that go where a key has too many versions. `newest`: the number of the next present one. */
export const cutHistory = (versions: readonly StoredVersion[], namespace: string, key: string, newest: number): readonly OutboxRow[] =>
  versions
    .slice(1)
    .filter(({ version }) => version <= newest - 1 - limits.memoryVersions)
    .map(({ version }) => ({ kind: 'memory_versions', key: JSON.stringify([namespace, key, version]), body: null, own: '{}' }))

/** The row of `memory` that a write has left behind, whose body is null for a deletion; null: it changed the history alone. */
export const memoryWriteIn = (rows: readonly OutboxRow[]): OutboxRow | null => rows.find(({ kind }) => kind === 'memory') ?? null
