import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { maskEntry } from '../keys/mask.ts'
import { meaning } from '../launch/digest.ts'
import type { ClientDefinition } from '../../model/client.ts'

const DOTS = '••••••••'

const dotted = (value: JsonValue): JsonValue =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.keys(value).map((name) => [name, DOTS]))
    : DOTS

/** An entry of somebody else as it may stand in version control: every value of a variable or header as dots, and keys in arguments. */
export function foreignEntry(value: JsonValue, client: ClientDefinition): JsonValue {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return DOTS
  const read = meaning(value, client)
  const shown: JsonObject = { ...value }
  if (!('unreadable' in read)) {
    const masked = maskEntry(read)
    if (masked.kind === 'stdio') Object.assign(shown, { command: masked.command, args: [...masked.args] })
    else Object.assign(shown, { url: masked.url })
  } else for (const key of Object.keys(shown)) shown[key] = DOTS
  for (const key of ['env', 'headers'] as const) if (shown[key] !== undefined) shown[key] = dotted(shown[key])
  return shown
}

/** An entry of ours: the values of its keys as dots, wherever they stand. */
export function ownEntry(value: JsonValue, keys: readonly string[]): JsonValue {
  if (typeof value === 'string') return keys.reduce((text, key) => (key === '' ? text : text.split(key).join(DOTS)), value)
  if (Array.isArray(value)) return value.map((each) => ownEntry(each, keys))
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ownEntry(each, keys)]))
  return value
}
