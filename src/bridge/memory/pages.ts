import { failed } from '../base/refusal.ts'
import type { Database } from '../store/database.ts'
import type { MemoryEntry } from './entry.ts'
import { type ListQuery, list } from './memory.ts'

export interface PageRequest extends ListQuery {
  readonly limit: number
  readonly newest?: boolean | undefined
  /** Of the page before. */
  readonly cursor?: string | undefined
}

export interface MemoryPage {
  readonly entries: readonly MemoryEntry[]
  /** Where the next page begins; absent: there is none. */
  readonly cursor?: string
}

/** A page of what is remembered, and a cursor to the next. Throws for a cursor that no list of this order gave. */
export function page(database: Database, { cursor, newest = false, limit, ...query }: PageRequest, now: number): MemoryPage {
  const after = cursor === undefined ? undefined : placeOf(cursor, newest)
  // One more than is shown tells whether there is another page.
  const found = list(database, { ...query, newest, after, limit: limit + 1 }, now)
  const entries = found.slice(0, limit)
  const last = entries.at(-1)
  return found.length > limit && last !== undefined ? { entries, cursor: cursorOf(last, newest) } : { entries }
}

const cursorOf = ({ namespace, key, at }: MemoryEntry, newest: boolean): string =>
  Buffer.from(JSON.stringify(newest ? [namespace, key, at] : [namespace, key])).toString('base64url')

function placeOf(cursor: string, newest: boolean): Pick<MemoryEntry, 'namespace' | 'key' | 'at'> {
  try {
    const [namespace, key, at] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (typeof namespace === 'string' && typeof key === 'string' && Number.isFinite(at) === newest) return { namespace, key, at: at ?? 0 }
  } catch {
    // Said below.
  }
  throw failed('The cursor is none that memory_list gave; leave it out to begin again.')
}

/** The most namespaces that are named at once. */
const namespacesMost = 1000

/** The namespaces that hold something, by name. It goes from one to the next in the index, however much each holds. */
export const namespacesIn = ({ all }: Pick<Database, 'all'>): readonly string[] =>
  all<{ name: string }>(
    `WITH RECURSIVE held (name) AS (
       SELECT min(namespace) FROM memory
       UNION ALL SELECT (SELECT min(namespace) FROM memory WHERE namespace > held.name) FROM held WHERE held.name IS NOT NULL
     ) SELECT name FROM held WHERE name IS NOT NULL LIMIT ?`,
    namespacesMost,
  ).map(({ name }) => name)
