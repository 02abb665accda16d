import type { EntryChange } from '../../../model/document.ts'
import type { JsonValue } from '../../../model/entry.ts'
import type { EditOptions } from '../../../model/format.ts'
import { compareObjects } from './compare.ts'
import { expectedEntries, memberOf, sameValue } from '../../values.ts'
import { presentEntries } from './entries.ts'
import { describeRefusal } from '../text/place.ts'
import { nodesOnPath, readDocument } from './read.ts'
import { shown } from '../text/shown.ts'
import type { Dialect, JsonDocument } from './document.ts'

/**
 * Up to this many characters the result is also read by JSON.parse, as its program will; above it our own scanner's
 * strict verdict and the raw comparison are all, since a second tree of 50 MB would cost several times that.
 */
const PARSE_MAX = 4 * 1024 * 1024

/**
 * Reads an edit's result back and looks for damage: everything outside the changed entries must have the bytes it
 * had, and every change must be where the client will read it. Null when all is right, else what is wrong. It
 * shares the scanner with the editor but none of its code. `path` and `dialect` are needed where `before` is null.
 */
export function checkEdit(
  before: JsonDocument | null,
  after: Uint8Array,
  changes: readonly EntryChange[],
  options: EditOptions & { readonly path?: readonly string[]; readonly dialect?: Dialect },
): string | null {
  const path = before?.path ?? options.path
  if (!path) return 'the path of the entries is empty'
  const dialect = before?.dialect ?? options.dialect ?? 'strict'
  const read = readDocument(after, { path, dialect })
  if (!read.ok) return `the result cannot be read back: ${describeRefusal(read.refusal)}`
  const result = read.document
  if (result.bom !== (before?.bom === true && options.bom === 'keep')) return 'the byte order mark is not as it should be'
  const isRemoved = options.emptied === 'remove' && before?.container && !result.container
  return (isRemoved ? containerRemoved(before, result) : foreignDamage(before, result, changes)) ?? misplaced(before, result, changes)
}

function foreignDamage(before: JsonDocument | null, after: JsonDocument, changes: readonly EntryChange[]): string | null {
  const was = before?.text ?? ''
  if (!changes.some((change) => change.kind === 'set') && !before?.container)
    return was === after.text ? null : 'the file changed without need'
  const { path, dialect } = after
  const nodes = nodesOnPath(after.text, path, dialect)
  const old = before && !before.blank ? nodesOnPath(was, path, dialect) : []
  // What lies below the objects that were there is new, and holds nothing but the way to the entries.
  const fresh = nodes.slice(old.length, -1)
  if (fresh.some((node) => node.items.length !== 1)) return 'a new object on the way to the entries holds something else'
  const last = old[old.length - 1]
  const same = nodes[old.length - 1]
  if (!last || !same) return after.text.replace(/^\{[\s\S]*\}/, '').trim() === '' ? null : 'a new file holds something outside its object'
  const missing = path[old.length - 1]
  const ours = new Set(before?.container || missing === undefined ? changes.map((change) => change.name) : [missing])
  return compareObjects(
    { text: was, node: last },
    { text: after.text, node: same },
    ours,
    changes.some((change) => change.kind === 'remove'),
  )
}

/** The object of entries is gone, and nothing else of the object that it was in. */
function containerRemoved(before: JsonDocument, after: JsonDocument): string | null {
  const depth = after.path.length - 1
  const [was, is] = [nodesOnPath(before.text, after.path, after.dialect)[depth], nodesOnPath(after.text, after.path, after.dialect)[depth]]
  if (!was || !is) return 'an object on the way to the entries is gone'
  return compareObjects({ text: before.text, node: was }, { text: after.text, node: is }, new Set(after.path.slice(-1)), true)
}

function misplaced(before: JsonDocument | null, after: JsonDocument, changes: readonly EntryChange[]): string | null {
  const wanted = expectedEntries(before ? presentEntries(before) : [], changes)
  const actual = clientView(after)
  if (typeof actual === 'string') return actual
  for (const { name } of changes) {
    const times = after.container?.members.filter((member) => member.name === name).length ?? 0
    if (times > 1) return `the entry ${shown(name)} appears ${times} times`
  }
  for (const [name, value] of wanted) {
    const found = actual.get(name)
    if (found === undefined) return `the entry ${shown(name)} is missing`
    if (!sameValue(found, value)) return `the entry ${shown(name)} does not say what it should`
  }
  for (const name of actual.keys()) if (!wanted.has(name)) return `the entry ${shown(name)} should not be there`
  return null
}

/** The entries as the program's own parser sees them. */
function clientView(after: JsonDocument): Map<string, JsonValue> | string {
  if (after.text.length > PARSE_MAX || after.blank) return new Map(presentEntries(after).map((entry) => [entry.name, entry.value]))
  let value: JsonValue | undefined
  try {
    value = JSON.parse(after.dialect === 'strict' ? after.text : withoutComments(after.text))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return 'JSON.parse cannot read the result'
  }
  for (const name of after.path) value = memberOf(value, name)
  return new Map(value !== null && typeof value === 'object' ? Object.entries(value) : [])
}

/** By patterns and not by our scanner, so that a mistake of the scanner shows. */
function withoutComments(text: string): string {
  const bare = text.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g, (_, quoted?: string) => quoted ?? ' ')
  return bare.replace(/("[^"\\]*(?:\\.[^"\\]*)*")|,(?=\s*[}\]])/g, (_, quoted?: string) => quoted ?? '')
}
