import { digest, meaning } from '../../core/launch/meaning.ts'
import { lookUp } from '../../core/lookup.ts'
import { BRIDGE } from '../../core/manifest/new-name.ts'
import { isObject } from '../../core/object.ts'
import { formatOf } from '../../core/formats/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import type { EditOptions } from '../../model/format.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange } from '../../model/document.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import type { FileState } from '../../model/state.ts'
import type { Decision } from '../store/decision.ts'
import { digestOf } from '../store/digest.ts'
import type { TakenEntry } from '../store/taken.ts'
import { type EntryReader, formerEntry, lackingWords } from './former.ts'

/** A file before us. */
export interface OriginalFile {
  /** Null: it did not exist. */
  readonly bytes: Uint8Array | null
  /** We never wrote it, so that nothing is kept of it but entries: `bytes` tell nothing. */
  readonly uncopied?: true
  readonly mode: number | null
  /** How many folders above it we created. */
  readonly folders: number
  /** Digests of the file as only we have written it; empty: another program has written it since. */
  readonly untouched: readonly (string | null)[]
  /** It need not be the first: entries that it has may be ours. */
  readonly cut: boolean
  /** Single entries as they became ours. Count more than `bytes`. */
  readonly entries: Readonly<Record<string, FormerValue>>
}

/** What one entry said before us. */
export interface FormerValue extends Omit<TakenEntry, 'keys'> {
  /** Keys that were in it and that the store lacks: their names stand in `was` instead. */
  readonly lacks: readonly string[]
}

export interface OwnedEntries {
  readonly records: FileState['entries']
  /** Those of `records` that were found in the file alone. */
  readonly unrecorded?: readonly string[]
  /** We created the file, by our records. */
  readonly created: boolean
  /** The file before us; null: nothing tells. */
  readonly original: OriginalFile | null
  readonly reader: EntryReader
  /** Returns whether an entry's value names a file of ours, which is about to be removed. */
  namesOwnFiles(value: JsonValue): boolean
  /** Returns whether the manifest has a server for entries of this name, though it wants none here now (`disabled`, `share`). */
  isKept(name: string): boolean
  /** Returns whether the manifest has that server disabled: that its entry is absent is our doing, whatever the records say. */
  isOff(name: string): boolean
  /** The servers that its program reaches through the bridge, as entries that work without us. */
  readonly shared: () => readonly (readonly [name: string, value: JsonObject])[]
}

/** What became of each entry, for the report. */
export interface ClearedEntry {
  readonly name: string
  /** In words; null: removed. */
  readonly words: string | null
  readonly changed: boolean
}

/**
 * Decides how a client's file loses our entries: each is removed, or becomes what was there before us, or stays as its person
 * changed it. A file that only we have written becomes what it was byte for byte; one that we created is removed once it holds
 * nothing else.
 */
export function removeOwnEntries(
  client: ClientDefinition,
  current: Uint8Array | null,
  ours: OwnedEntries,
  report: (entries: readonly ClearedEntry[]) => void,
): Decision {
  report([])
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
  const was = original === null || original.uncopied === true ? null : readClientFile(client, original.bytes)
  const { document } = read
  const all = document.entries()
  const present = all.filter(({ name }) => Object.hasOwn(ours.records, name))
  const twice = present.find(({ duplicate }) => duplicate)
  if (twice !== undefined)
    return {
      kind: 'refuse',
      reason: `the name "${twice.name}" is used twice`,
      hint: 'remove one of the two by hand, then: mcp-twin uninstall',
    }
  const before = formerValues(was, ours)
  const missing = missingEntries(before, all, ours)
  const changes: EntryChange[] = []
  const cleared: ClearedEntry[] = []
  for (const { name, value } of present) {
    const record = lookUp(ours.records, name)
    const said = meaning(value, client)
    const renamed =
      before.get(name) == null ? missing.find(([old, then]) => !ours.isKept(old) && ours.reader.isRenamed(value, then)) : undefined
    const { change, words } = formerEntry(client, ours.reader, {
      ...{ name, value, server: record?.server ?? name },
      former: renamed?.[1] ?? (lackedBy(ours, name).length > 0 ? undefined : before.get(name)),
      made: madeOf(ours, name),
      isEdited: 'unreadable' in said || digest(said) !== record?.digest,
      namesOwnFiles: ours.namesOwnFiles(value),
    })
    if (change !== null) changes.push(change)
    cleared.push({ name, words, changed: change !== null })
  }
  for (const [name, value] of missing) {
    if (!ours.isKept(name) && fateOf(ours, name) !== 'overruled') continue
    changes.push({ kind: 'set', name, value, owned: Object.keys(value) })
    cleared.push({ name, words: `comes back as it was before${lackingWords(lackedBy(ours, name))}`, changed: true })
  }
  for (const [name, value] of fromBridge(before, all, ours)) {
    changes.push({ kind: 'set', name, value, owned: Object.keys(value) })
    cleared.push({ name, words: 'as it works without mcp-twin', changed: true })
  }
  report(cleared)
  // Also remove a `mcpServers` object that we created and that is empty again.
  const hadNone = was !== null && (original?.bytes === null || (was.ok && was.document.container === 'absent'))
  // A byte order mark that stands there now is the person's, even where the program cannot read it.
  const options: EditOptions = { bom: 'keep', emptied: hadNone ? 'remove' : 'keep' }
  const edit = document.edit(changes, options)
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  const after = edit.bytes
  const madeByUs = was === null ? ours.created : original?.bytes === null
  if (original?.untouched.includes(digestOf(current)) === true && !original.cut && sameEntries(client, after, original.bytes)) {
    if (original.bytes === null) return { kind: 'remove', folders: original.folders }
    if (digestOf(original.bytes) === digestOf(current)) return { kind: 'nothing' }
    return { kind: 'replace', bytes: original.bytes, holdsKey: false, ...(original.mode === null ? {} : { mode: original.mode }) }
  }
  if (madeByUs && formatOf(client).isEmpty(after, client.container)) return { kind: 'remove', folders: original?.folders ?? 0 }
  if (digestOf(after) === digestOf(current)) return { kind: 'nothing' }
  return { kind: 'replace', bytes: after, holdsKey: false, check: () => document.check(after, changes, options) }
}

/** Entries of the person that are not in the file, by our doing or because they were renamed there. What never was ours, its person took out. */
const missingEntries = (
  before: ReadonlyMap<string, JsonValue | null>,
  present: readonly { readonly name: string }[],
  { original, ...ours }: OwnedEntries,
): (readonly [string, JsonObject])[] =>
  [...before].flatMap(([name, value]) => {
    if (!isObject(value) || present.some((each) => each.name === name)) return []
    const wasOurs = original === null || original.cut || Object.hasOwn(original.entries, name)
    return wasOurs && (!Object.hasOwn(ours.records, name) || ours.isOff(name)) ? [[name, value] as const] : []
  })

/** Where nothing tells what a file held: what its program reaches through the bridge, so that it stays within reach. */
function fromBridge(
  before: ReadonlyMap<string, JsonValue | null>,
  present: readonly { readonly name: string }[],
  { original, records, shared }: OwnedEntries,
): (readonly [string, JsonObject])[] {
  const hasBridge = present.some(({ name }) => lookUp(records, name)?.server === BRIDGE)
  if (!hasBridge || original?.cut === false) return []
  return shared().filter(([name]) => before.get(name) == null && !present.some((each) => each.name === name))
}

/** What each entry said before us. One that names a file of ours tells nothing. */
function formerValues(
  was: ReturnType<typeof readClientFile> | null,
  { unrecorded = [], original, namesOwnFiles }: OwnedEntries,
): Map<string, JsonValue | null> {
  const copied = was?.ok === true ? was.document.entries().map(({ name, value }) => [name, value] as const) : []
  const taken = Object.entries(original?.entries ?? {}).map(([name, { was }]) => [name, was] as const)
  const absent = taken.filter(([, value]) => value === null)
  const deleted = Object.entries(original?.entries ?? {}).flatMap(([name, { fate }]) => (fate === 'deleted' ? [[name, null] as const] : []))
  // What the first copy lacks was not there before; of what we recorded, other things tell more.
  const isWhole = was?.ok === true && original?.cut === false
  const added = isWhole ? unrecorded.filter((name) => !copied.some(([each]) => each === name)) : []
  return new Map(
    [
      ...added.map((name) => [name, null] as const),
      ...absent,
      ...copied,
      ...taken.filter(([, value]) => value !== null),
      ...deleted,
    ].filter(([, value]) => value === null || !namesOwnFiles(value)),
  )
}

/** The fingerprint of what we made of an entry, where what it said then counts. */
function madeOf({ original, namesOwnFiles }: OwnedEntries, name: string): TakenEntry['made'] {
  const taken = lookUp(original?.entries ?? {}, name)
  return taken === undefined || (taken.was !== null && namesOwnFiles(taken.was)) ? null : taken.made
}

const fateOf = ({ original }: OwnedEntries, name: string): FormerValue['fate'] => lookUp(original?.entries ?? {}, name)?.fate

const lackedBy = ({ original }: OwnedEntries, name: string): readonly string[] => lookUp(original?.entries ?? {}, name)?.lacks ?? []

const placeOf = ({ line, column }: { line?: number | undefined; column?: number | undefined }) => ({
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
})

function sameEntries(client: ClientDefinition, one: Uint8Array, other: Uint8Array | null): boolean {
  const [a, b] = [entriesOf(client, one), entriesOf(client, other)]
  return a !== null && a === b
}

function entriesOf(client: ClientDefinition, bytes: Uint8Array | null): string | null {
  const read = readClientFile(client, bytes)
  if (!read.ok) return null
  return JSON.stringify(Object.fromEntries(read.document.entries().map(({ name, value }) => [name, value])), inOrder)
}

/** Fields in one order: which one they had is no more told by an entry that was away in between. */
const inOrder = (_: string, value: unknown): unknown =>
  isObject(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value
