import { isObject } from '../../core/object.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { withoutHidden } from '../../model/hidden.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { type MemoryEntry, entryColumns, entryOf, type EntryRow } from './entry.ts'
import { get, set } from './memory.ts'

/** Where the memory of the reference server is kept, unless another namespace is named. */
export const referenceNamespace = 'reference'

/**
 * A line of the reference memory server's file: an entity or a relation between two.
 * Source: github.com/modelcontextprotocol/servers, src/memory/index.ts, `saveGraph`.
 */
export interface ReferenceEntry {
  readonly key: string
  readonly tag: 'entity' | 'relation'
  readonly value: JsonObject
}

const isText = (value: unknown): value is string => typeof value === 'string'
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText)

/** Reads one line of JSON text; null: it is neither an entity nor a relation. Fields that the server does not know are kept. */
export function readLine(line: string): ReferenceEntry | null {
  const { type, ...parsed } = objectIn(line)
  if (type === 'entity') {
    const { name, ...value } = parsed
    return isText(name) && name !== '' && isText(value.entityType) && isTexts(value.observations) ? { key: name, tag: type, value } : null
  }
  const { from, relationType, to } = parsed
  if (type !== 'relation' || !isText(from) || !isText(relationType) || !isText(to)) return null
  return { key: `${from}|${relationType}|${to}`, tag: type, value: parsed }
}

function objectIn(line: string): JsonObject {
  try {
    const parsed: JsonValue = JSON.parse(line)
    return isObject(parsed) ? parsed : {}
  } catch {
    return {}
  }
}

/**
 * The line of an entry, as `readLine` found it but for characters that a terminal acts upon, which are escapes of JSON; null: its value is
 * that of neither. Tags do not count: a tool may have dropped them.
 */
export function lineOf({ key, value }: Pick<MemoryEntry, 'key' | 'value'>): string | null {
  const held: JsonValue = JSON.parse(value)
  if (!isObject(held)) return null
  const lines = [JSON.stringify({ type: 'entity', name: key, ...held }), JSON.stringify({ type: 'relation', ...held })]
  const line = lines.find((each) => readLine(each) !== null)
  return line === undefined ? null : withoutHidden(line)
}

/** Whether an import would store an entry. */
export function differs(database: Database, namespace: string, { key, tag, value }: ReferenceEntry, now: number): boolean {
  const present = get(database, namespace, key, now)
  return present?.value !== JSON.stringify(value) || !present.tags.includes(tag)
}

/** Stores what is new or differs. Returns how many entries were stored. */
export function importEntries(store: Transaction, namespace: string, entries: readonly ReferenceEntry[]): number {
  let stored = 0
  for (const { key, tag, value } of entries) {
    if (!differs(store, namespace, { key, tag, value }, store.now)) continue
    const present = get(store, namespace, key, store.now)
    set(store, { namespace, key, value, tags: [...new Set([tag, ...(present?.tags ?? [])])], rationale: present?.rationale ?? undefined })
    stored++
  }
  return stored
}

/** All entries of a namespace, in the order in which they were first stored. */
export const inOrder = (database: Database, namespace: string, now: number): readonly MemoryEntry[] =>
  database
    .all<EntryRow>(
      `SELECT ${entryColumns} FROM memory WHERE namespace = ? AND (expires IS NULL OR expires > ?) ORDER BY id`,
      ...[namespace, now],
    )
    .map(entryOf)

const endName = (namespace: string): string => `reference-end:${namespace}`

/** Notes whether the imported file ended with a line break, so that an export gives the same bytes. */
export function rememberEnd(store: Transaction, namespace: string, text: string): void {
  store.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', endName(namespace), text.endsWith('\n') ? '\n' : '')
}

/** What follows the last line; the reference server itself writes nothing there. */
export const endOf = (database: Database, namespace: string): string =>
  database.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', endName(namespace))?.value ?? ''
