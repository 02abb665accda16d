import type { JsonValue } from '../../model/entry.ts'
import type { Row } from '../store/database.ts'

/** One version of what is remembered under a key, with its author. */
export interface MemoryEntry {
  readonly namespace: string
  readonly key: string
  /** JSON text. */
  readonly value: string
  readonly version: number
  readonly rationale: string | null
  readonly tags: readonly string[]
  /** The client that wrote it. */
  readonly by: string
  /** Ms since the epoch. */
  readonly at: number
}

export interface EntryRow extends Row {
  namespace: string
  key: string
  value: string
  version: number
  rationale: string | null
  tags: string
  client: string
  at: number
}

export const entryColumns = 'namespace, key, value, version, rationale, tags, client, at'

export function entryOf({ tags, client, ...row }: EntryRow): MemoryEntry {
  const { namespace, key, value, version, rationale, at } = row
  return { namespace, key, value, version, rationale, tags: JSON.parse(tags), by: client, at }
}

/** What the index of words holds of a value: its names and texts, without the punctuation and escapes of JSON. */
export function wordsOf(value: JsonValue): string {
  const parts: string[] = []
  const collect = (each: JsonValue): void => {
    if (Array.isArray(each)) for (const item of each) collect(item)
    else if (each !== null && typeof each === 'object')
      for (const [name, item] of Object.entries(each)) {
        parts.push(name)
        collect(item as JsonValue)
      }
    else if (each !== null && each !== '') parts.push(String(each))
  }
  collect(value)
  return parts.join(' ')
}
