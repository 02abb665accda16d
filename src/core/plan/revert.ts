import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange } from '../../model/document.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { FileState } from '../../model/state.ts'
import { digest, meaning, meaningKeys } from '../launch/meaning.ts'
import { lookUp } from '../lookup.ts'
import { readClientFile } from './file.ts'
import { isObject } from '../object.ts'

/** The changes that take our entries back to what they were, but for those `left`; or why none must be made. */
type Reverted =
  | { readonly changes: readonly EntryChange[]; readonly left?: readonly string[] }
  | { readonly reason: string; readonly hint: string }

/** Why an entry is left as it is. */
export const editedWords = (name: string): { reason: string; hint: string } => ({
  reason: `"${name}" was edited since`,
  hint: 'to restore it all the same: mcp-twin undo --force',
})

/**
 * The entry as it was before us. Keys that are none of ours (`disabled`, `alwaysAllow`) are their owner's: those that are
 * there now stay as they are, those that were there then and are missing come back.
 */
export function setBack(client: ClientDefinition, name: string, is: JsonValue | undefined, then: JsonObject): EntryChange {
  const now = isObject(is) ? Object.keys(is) : []
  const meant = meaningKeys(client)
  const back = Object.keys(then).filter((key) => !meant.includes(key) && !now.includes(key))
  // One that is no object has no keys of anybody's.
  return {
    kind: 'set',
    name,
    value: then,
    owned: isObject(is) ? [...meant, ...(client.spelling.excludes?.(then) ?? []), ...back] : Object.keys(then),
  }
}

/**
 * Takes the named entries of a file back to what they were in `before`, in a file that its program has written since.
 * `state` says what we left in it: an entry that says something else now was edited by someone.
 */
export function revertEntries(
  client: ClientDefinition,
  current: Uint8Array,
  before: Uint8Array | null,
  names: readonly string[],
  state: FileState,
  force: boolean,
): Reverted {
  const [now, old] = [readClientFile(client, current), readClientFile(client, before)]
  if (!now.ok) return { reason: now.refusal.reason, hint: 'fix the file by hand, then: mcp-twin undo' }
  const present = new Map(now.document.entries().map((each) => [each.name, each.value]))
  const was = new Map(old.ok ? old.document.entries().map((each) => [each.name, each.value]) : [])
  const changes: EntryChange[] = []
  const left: string[] = []
  for (const name of names) {
    const [is, then] = [present.get(name), was.get(name)]
    if (is !== undefined && !force && editedSince(client, is, lookUp(state.entries, name)?.digest)) {
      left.push(name)
      continue
    }
    if (then === undefined) {
      if (is !== undefined) changes.push({ kind: 'remove', name })
    } else if (isObject(then)) changes.push(setBack(client, name, is, then))
  }
  const [first] = left
  if (first === undefined) return { changes }
  return changes.length === 0 ? editedWords(first) : { changes, left }
}

function editedSince(client: ClientDefinition, value: JsonValue, ours: string | undefined): boolean {
  const read = meaning(value, client)
  return ours === undefined || 'unreadable' in read || digest(read) !== ours
}
