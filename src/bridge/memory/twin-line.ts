import { isObject } from '../../core/object.ts'
import type { JsonValue } from '../../model/entry.ts'
import { withoutHidden } from '../../model/hidden.ts'
import { limits } from '../base/limits.ts'
import type { Row } from '../store/database.ts'

/** A row of the memory, or of its history, with everything that the store knows of it. */
export interface TwinRow extends Row {
  readonly namespace: string
  readonly key: string
  readonly version: number
  /** JSON text; null: this version says that the key was deleted. */
  readonly value: string | null
  readonly rationale: string | null
  /** JSON text of a list. */
  readonly tags: string
  readonly client: string
  readonly session: string
  readonly machine: string
  /** Ms since the epoch. */
  readonly at: number
  /** Ms since the epoch; null: kept. */
  readonly expires: number | null
}

/** `entry`: the newest value of a key; `version`: an earlier value, or its deletion. */
export type TwinKind = 'entry' | 'version'

/**
 * A row as one line of JSON, without its line break. The same row always gives the same line. Characters that a terminal acts upon are
 * escapes of JSON in it, since such a file is looked at and searched by programs that print it.
 */
export function twinLine(kind: TwinKind, { value, tags, client, expires, ...row }: TwinRow): string {
  const { namespace, key, version, rationale, session, machine, at } = row
  const facts = {
    ...{ type: kind, namespace, key, version },
    ...(value === null ? { deleted: true } : { value: JSON.parse(value), rationale, tags: JSON.parse(tags) }),
    ...{ by: client, session, machine, at },
    ...(kind === 'entry' && expires !== null && { expires }),
  }
  return withoutHidden(JSON.stringify(facts))
}

const isName = (value: unknown): value is string => typeof value === 'string' && value !== '' && value.length <= limits.memoryKeyCharacters
const isCount = (value: unknown, least: number): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= least

/** Reads a line of `twinLine`. Returns why it is none as a text. */
export function readTwinLine(line: string): { readonly kind: TwinKind; readonly row: TwinRow } | string {
  let read: JsonValue
  try {
    read = JSON.parse(line)
  } catch {
    return 'the line is not JSON'
  }
  if (!isObject(read) || (read.type !== 'entry' && read.type !== 'version'))
    return 'the line is neither an entry nor a version of the memory'
  const { type: kind, namespace, key, version, deleted, value, rationale = null, tags = [], at, expires = null } = read
  const { by: client, session = '', machine = '' } = read
  if (!isName(namespace) || !isName(key)) return `namespace and key are texts of 1 to ${limits.memoryKeyCharacters} characters`
  if (!isCount(version, 1) || !isCount(at, 0)) return 'version and at are whole numbers'
  if (!isName(client) || typeof session !== 'string' || typeof machine !== 'string') return 'by, session and machine are texts'
  if (rationale !== null && typeof rationale !== 'string') return 'rationale is a text'
  if (!Array.isArray(tags) || tags.length > limits.memoryTags || !tags.every(isName)) return `tags are at most ${limits.memoryTags} texts`
  if (expires !== null && !isCount(expires, 0)) return 'expires is a whole number'
  if (deleted === true ? kind === 'entry' || value !== undefined : value === undefined) return 'value is missing'
  const held = deleted === true ? null : JSON.stringify(value)
  if (
    Buffer.byteLength(held ?? '') + Buffer.byteLength(rationale ?? '') > 2 * limits.memoryValue ||
    Buffer.byteLength(held ?? '') > limits.memoryValue
  )
    return `value and rationale have at most ${limits.memoryValue} bytes each`
  const facts = { namespace, key, version, rationale, client, session, machine, at, expires }
  return { kind, row: { ...facts, value: held, tags: JSON.stringify(tags) } }
}
