import { formatOf } from '../../core/formats/index.ts'
import { describeRefusal } from '../../core/formats/text/place.ts'
import { editOptions, readClientFile } from '../../core/plan/file.ts'
import { setBack } from '../../core/plan/revert.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { EntryChange, PresentEntry } from '../../model/document.ts'
import type { JsonValue } from '../../model/entry.ts'
import type { Decision } from '../store/decision.ts'
import { digestOf } from '../store/digest.ts'
import type { Past } from './past.ts'

export interface Ours {
  /** Entries that our records name. */
  readonly names: readonly string[]
  /** Our record says that we made the file. */
  readonly created: boolean
  /** What it was before; null: the backups do not go back so far. */
  readonly past: Past | null
  /** Does a value name something of ours, which goes away? */
  isDoomed(value: JsonValue): boolean
}

/** What became of our entries, told to whoever reports. */
export interface Taken {
  readonly removed: readonly string[]
  /** What stood in their place before is there again. */
  readonly putBack: readonly string[]
}

const isObject = (value: JsonValue | undefined): value is { [key: string]: JsonValue } =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * A client's file as if we had never been: entries of ours go, and what stood in their place before comes back. Where nobody
 * else wrote it since, it becomes what it was byte for byte; a file that we made and that holds nothing else goes.
 */
export function withoutUs(client: ClientDefinition, current: Uint8Array | null, ours: Ours, told: (taken: Taken) => void): Decision {
  told({ removed: [], putBack: [] })
  if (current === null) return { kind: 'nothing' }
  const read = readClientFile(client, current)
  if (!read.ok)
    return {
      kind: 'refuse',
      reason: read.refusal.reason,
      hint: 'mend the file by hand, then: mcp-twin uninstall',
      ...placeOf(read.refusal),
    }
  const { past } = ours
  const was = past === null ? null : readClientFile(client, past.bytes)
  const before = new Map(was?.ok ? was.document.entries().map(({ name, value }) => [name, value]) : [])
  const { document } = read
  const present = document.entries().filter(({ name }) => ours.names.includes(name))
  const twice = present.find(({ duplicate }) => duplicate)
  if (twice !== undefined)
    return {
      kind: 'refuse',
      reason: `"${twice.name}" stands there twice`,
      hint: 'take one of the two out by hand, then: mcp-twin uninstall',
    }
  const changes = present.flatMap((entry): EntryChange[] => change(client, entry, before.get(entry.name), ours))
  told({
    removed: changes.flatMap((each) => (each.kind === 'remove' ? [each.name] : [])),
    putBack: changes.flatMap((each) => (each.kind === 'set' ? [each.name] : [])),
  })
  // An object of servers that we made and that is empty again goes too.
  const hadNone = past !== null && (past.bytes === null || (was?.ok === true && was.document.container === 'absent'))
  // Where nothing of ours is, a byte order mark is not ours to take off.
  const { bom } = changes.length === 0 ? { bom: 'keep' as const } : editOptions(client)
  const options = { bom, emptied: hadNone ? ('remove' as const) : ('keep' as const) }
  const edit = document.edit(changes, options)
  if (!edit.ok) return { kind: 'refuse', reason: describeRefusal(edit.refusal) }
  const after = edit.bytes
  const madeByUs = past === null ? ours.created : past.bytes === null
  if (past?.untouched !== null && past?.untouched === digestOf(current) && sameEntries(client, after, past.bytes)) {
    if (past.bytes === null) return { kind: 'remove', folders: past.folders }
    return { kind: 'replace', bytes: past.bytes, holdsKey: false, ...(past.mode === null ? {} : { mode: past.mode }) }
  }
  if (madeByUs && formatOf(client).isEmpty(after, client.container)) return { kind: 'remove', folders: past?.folders ?? 0 }
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
  { past, isDoomed }: Ours,
): EntryChange[] {
  if (past === null) return isDoomed(value) ? [{ kind: 'remove', name }] : []
  if (!isObject(then) || past.owned.has(name)) return [{ kind: 'remove', name }]
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
