import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange } from '../../model/document.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { FileState } from '../../model/state.ts'
import { presentEntries } from '../json/entries.ts'
import { digest, meaning } from '../launch/digest.ts'
import { lookUp } from '../lookup.ts'
import { readClientFile } from './file.ts'

/** The changes that take our entries back to what they were, but for those `left`; or why none must be made. */
export type Reverted =
  | { readonly changes: readonly EntryChange[]; readonly left?: readonly string[] }
  | { readonly reason: string; readonly hint: string }

/** Why an entry is left as it is. */
export const editedWords = (name: string): { reason: string; hint: string } => ({
  reason: `"${name}" was edited since`,
  hint: 'mcp-twin undo --force takes it back all the same',
})

const keysOf = (value: JsonValue | undefined): string[] =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value) : []

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
  if (!now.ok) return { reason: now.refusal.reason, hint: 'mend the file by hand, then: mcp-twin undo' }
  const present = new Map(presentEntries(now.document).map((each) => [each.name, each.value]))
  const was = new Map(old.ok ? presentEntries(old.document).map((each) => [each.name, each.value]) : [])
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
    } else if (typeof then === 'object' && then !== null && !Array.isArray(then)) {
      changes.push({ kind: 'set', name, value: then, owned: [...new Set([...keysOf(is), ...keysOf(then)])] })
    }
  }
  const [first] = left
  if (first === undefined) return { changes }
  return changes.length === 0 ? editedWords(first) : { changes, left }
}

function editedSince(client: ClientDefinition, value: JsonValue, ours: string | undefined): boolean {
  const read = meaning(value, client)
  return ours === undefined || 'unreadable' in read || digest(read) !== ours
}
