import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { State } from '../../model/state.ts'
import { DOTS, maskEntry } from '../keys/spans.ts'
import { meaning } from '../launch/meaning.ts'
import { lookUp } from '../lookup.ts'
import { keysOf, variablesOf } from '../manifest/names.ts'
import { isObject } from '../object.ts'
import type { PlannedFile } from '../plan/plan.ts'
import { recordOf } from '../plan/records.ts'

const dotted = (value: JsonValue): JsonValue =>
  isObject(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, DOTS])) : DOTS

/** Returns a foreign entry for version control: dots replace every value of a variable or header, and keys in arguments. */
function foreignEntry(value: JsonValue, client: ClientDefinition): JsonValue {
  if (!isObject(value)) return DOTS
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

/** Returns an entry of ours with dots in place of all its keys. */
export function ownEntry(value: JsonValue, keys: readonly string[]): JsonValue {
  if (typeof value === 'string') return keys.reduce((text, key) => (key === '' ? text : text.split(key).join(DOTS)), value)
  if (Array.isArray(value)) return value.map((each) => ownEntry(each, keys))
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, ownEntry(each, keys)]))
  return value
}

/** What is known of the entries of one file: the manifest, what we wrote last, and the values that must not appear. */
export interface KnownEntries {
  readonly manifest: Manifest
  readonly state: State
  readonly keys: readonly string[]
}

/**
 * One entry as it may go into version control. Ours is shown openly only while it says what we would write today:
 * what is known of keys are the values of today's store, and an entry that was edited, or written with a key that was changed or
 * removed since, holds another one. So does one that took a variable of the environment.
 */
export function shownEntry({ observed, desired, plan }: PlannedFile, name: string, value: JsonValue, known: KnownEntries): JsonValue {
  const { client, environment, file } = observed
  const record = lookUp(recordOf(known.state, { environment: environment.id, client: client.id, file }).entries, name)
  const spec = record === undefined ? undefined : lookUp(known.manifest.servers, record.server)
  const changes = plan.entries.some((each) => each.entryName === name) || plan.refusal !== null
  const wanted = record !== undefined && desired.wanted.some((each) => each.name === name)
  if (wanted && !changes && (spec === undefined || variablesOf(spec).length === 0)) return ownEntry(value, known.keys)
  const shown = ownEntry(foreignEntry(value, client), known.keys)
  const inWords = spec !== undefined && keysOf({ ...spec, env: {}, headers: {} }).length > 0
  return inWords && isObject(shown)
    ? Object.fromEntries(Object.entries(shown).map(([key, each]) => [key, key === 'command' ? each : hiddenWords(each)]))
    : shown
}

const hiddenWords = (value: JsonValue): JsonValue =>
  Array.isArray(value) ? value.map(() => DOTS) : typeof value === 'string' ? DOTS : value
