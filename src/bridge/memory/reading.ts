import type { Database } from '../store/database.ts'
import type { MemoryEntry } from './entry.ts'
import { everywhere, get } from './memory.ts'
import { sharedNamespace } from './namespace.ts'

/** Where a key is held besides the namespace that was read. */
export interface AlsoIn {
  readonly namespace: string
  readonly version: number
  readonly by: string
  readonly machine?: string
  readonly at: number
}

export interface MemoryReading {
  readonly entry: MemoryEntry | null
  readonly alsoIn: readonly AlsoIn[]
}

export interface ReadQuery {
  readonly key: string
  /** The only namespace to look in. */
  readonly namespace?: string | undefined
  /** Where to look first when none is named. */
  readonly own: string
  readonly version?: number | undefined
}

/**
 * Reads a key from the namespace that is named; without one from the project's own, then `shared`, then the only other namespace
 * that holds it: what one program wrote without a thought for namespaces is found by the other.
 */
export function readKey(database: Database, { key, namespace, own, version }: ReadQuery, now: number): MemoryReading {
  const holding = everywhere(database, key, now)
  const others = holding.filter((entry) => entry.namespace !== own && entry.namespace !== sharedNamespace)
  const [other, ...more] = others
  const chosen =
    namespace ??
    [own, sharedNamespace].find((each) => holding.some((entry) => entry.namespace === each)) ??
    (more.length === 0 ? other?.namespace : undefined) ??
    own
  return {
    entry: get(database, chosen, key, now, version),
    alsoIn: holding
      .filter((entry) => entry.namespace !== chosen)
      .map(({ namespace, version, by, machine, at }) => ({ namespace, version, by, ...(machine !== undefined && { machine }), at })),
  }
}
