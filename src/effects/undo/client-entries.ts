import { isObject } from '../../core/object.ts'
import { formatOf } from '../../core/formats/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import { editOptions, readClientFile } from '../../core/plan/file.ts'
import { setBack } from '../../core/plan/revert.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange, PresentEntry } from '../../model/document.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Decision } from '../store/decision.ts'
import { digestOf } from '../store/digest.ts'
import type { OriginalFile } from './originals.ts'

export interface OwnedEntries {
  /** Names of entries in our records. */
  readonly names: readonly string[]
  /** We created the file, by our records. */
  readonly created: boolean
  /** The file before us; null: no backup goes back that far. */
  readonly original: OriginalFile | null
  /** Returns whether an entry's value names a file of ours, which is about to be removed. */
  namesOwnFiles(value: JsonValue): boolean
}

/** Names of our entries in one file, for the report. */
export interface RemovedEntries {
  readonly removed: readonly string[]
  /** Entries replaced by what was there before us. */
  readonly restored: readonly string[]
}

/**
 * Decides how a client's file loses our entries: each is removed, or replaced by what was there before us. A file that only
 * we have written becomes what it was byte for byte; one that we created is removed once it holds nothing else.
 */
export function removeOwnEntries(
  client: ClientDefinition,
  current: Uint8Array | null,
  ours: OwnedEntries,
  report: (entries: RemovedEntries) => void,
): Decision {
  report({ removed: [], restored: [] })
  if (current === null) return { kind: 'nothing' }
  const read = readClientFile(client, current)
  if (!read.ok)
    return {
      kind: 'refuse',
      reason: read.refusal.reason,
      hint: 'fix the file by hand, then: mcp-twin uninstall',
      ...placeOf(read.refusal),
    }
  const { original } = ours
  const was = original === null ? null : readClientFile(client, original.bytes)
  const before = new Map(was?.ok ? was.document.entries().map(({ name, value }) => [name, value]) : [])
  const { document } = read
  const present = document.entries().filter(({ name }) => ours.names.includes(name))
  const twice = present.find(({ duplicate }) => duplicate)
  if (twice !== undefined)
    return {
      kind: 'refuse',
      reason: `the name "${twice.name}" is used twice`,
      hint: 'remove one of the two by hand, then: mcp-twin uninstall',
    }
  const changes = present.flatMap((entry): EntryChange[] => change(client, entry, before.get(entry.name), ours))
  report({
    removed: changes.flatMap((each) => (each.kind === 'remove' ? [each.name] : [])),
    restored: changes.flatMap((each) => (each.kind === 'set' ? [each.name] : [])),
  })
  // Also remove a `mcpServers` object that we created and that is empty again.
  const hadNone = original !== null && (original.bytes === null || (was?.ok === true && was.document.container === 'absent'))
  // Keep a byte order mark where we change no entry.
  const { bom } = changes.length === 0 ? { bom: 'keep' as const } : editOptions(client)
  const options = { bom, emptied: hadNone ? ('remove' as const) : ('keep' as const) }
  const edit = document.edit(changes, options)
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  const after = edit.bytes
  const madeByUs = original === null ? ours.created : original.bytes === null
  if (original?.untouched !== null && original?.untouched === digestOf(current) && sameEntries(client, after, original.bytes)) {
    if (original.bytes === null) return { kind: 'remove', folders: original.folders }
    return { kind: 'replace', bytes: original.bytes, holdsKey: false, ...(original.mode === null ? {} : { mode: original.mode }) }
  }
  if (madeByUs && formatOf(client).isEmpty(after, client.container)) return { kind: 'remove', folders: original?.folders ?? 0 }
  if (changes.length === 0 && !edit.changed) return { kind: 'nothing' }
  return { kind: 'replace', bytes: after, holdsKey: false, check: () => document.check(after, changes, options) }
}

const placeOf = ({ line, column }: { line?: number | undefined; column?: number | undefined }) => ({
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
})

function change(
  client: ClientDefinition,
  { name, value }: PresentEntry,
  then: JsonValue | undefined,
  { original, namesOwnFiles }: OwnedEntries,
): EntryChange[] {
  if (original === null) return namesOwnFiles(value) ? [{ kind: 'remove', name }] : []
  if (!isObject(then) || original.owned.has(name)) return [{ kind: 'remove', name }]
  return [setBack(client, name, value, then)]
}

function sameEntries(client: ClientDefinition, one: Uint8Array, other: Uint8Array | null): boolean {
  const [a, b] = [entriesOf(client, one), entriesOf(client, other)]
  return a !== null && a === b
}

function entriesOf(client: ClientDefinition, bytes: Uint8Array | null): string | null {
  const read = readClientFile(client, bytes)
  if (!read.ok) return null
  return JSON.stringify(
    read.document
      .entries()
      .map(({ name, value }) => [name, value] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  )
}
