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
  /** The machine on which it was written, where that is another one. */
  readonly machine?: string
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
  elsewhere: string | null
}

const columns = ['namespace', 'key', 'value', 'version', 'rationale', 'tags', 'client', 'at']

/** The columns of an entry, of `table` where several are read. Only a copy of a server's store knows other machines. */
export const columnsOfEntry = (table = ''): string =>
  [
    ...columns.map((name) => table + name),
    `(SELECT nullif(${table}machine, here.value ->> '$.machine') FROM meta here WHERE here.name = 'server') AS elsewhere`,
  ].join(', ')

export const entryColumns = columnsOfEntry()

export function entryOf({ tags, client, ...row }: EntryRow): MemoryEntry {
  const { namespace, key, value, version, rationale, at, elsewhere } = row
  return {
    namespace,
    key,
    value,
    version,
    rationale,
    tags: JSON.parse(tags),
    by: client,
    ...(elsewhere !== null && { machine: elsewhere }),
    at,
  }
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
