import { foreignDamage } from './compare.ts'
import { expectedEntries, sameValue } from '../../values.ts'
import { shown } from '../text/shown.ts'
import type { EntryChange, FileRefusal } from '../../../model/document.ts'
import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import type { ConfigDocument, EditOptions, Format } from '../../../model/format.ts'
import { isObject } from '../../object.ts'
import { describeRefusal, refusalAt } from '../text/place.ts'
import { editToml, plain } from './edit.ts'
import { type Path, outlineOf } from './outline.ts'
import { type TomlText, readToml } from './read.ts'
import { pairText, tableLines, withoutNulls } from './write.ts'
import { TomlDate } from 'smol-toml'
import { type TomlTable, type TomlValue, isTable, tableMember } from './parse.ts'

/** Do two documents say the same, the entries named in `ours` aside? A table that held nothing else may come and go. */
function sameToml(before: TomlText, after: TomlText, ours: ReadonlySet<string>): boolean {
  let [a, b] = [before.root, after.root]
  for (const name of before.path) {
    if (!sameMembers(a, b, new Set([name]))) return false
    const [x, y] = [tableMember(a, name) ?? {}, tableMember(b, name) ?? {}]
    if (!isTable(x) || !isTable(y)) return false
    a = x
    b = y
  }
  return sameMembers(a, b, ours)
}

const sameMembers = (a: TomlTable, b: TomlTable, without: ReadonlySet<string>): boolean =>
  [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (name) => without.has(name) || same(tableMember(a, name), tableMember(b, name)),
  )

/** Without recursion: a file may nest deeper than the stack. */
function same(one: TomlValue | undefined, other: TomlValue | undefined): boolean {
  const open: [TomlValue | undefined, TomlValue | undefined][] = [[one, other]]
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [a, b] = pair
    if (Array.isArray(a) && Array.isArray(b)) {
      if (a.length !== b.length) return false
      for (const [index, element] of a.entries()) open.push([element, b[index]])
    } else if (isTable(a) && isTable(b)) {
      const names = Object.keys(a)
      if (names.length !== Object.keys(b).length) return false
      for (const name of names) open.push([tableMember(a, name), tableMember(b, name)])
    } else if (a instanceof TomlDate && b instanceof TomlDate) {
      if (a.toISOString() !== b.toISOString()) return false
    } else if (!Object.is(a, b)) return false
  }
  return true
}

/** Reads an edit's result back and looks for damage, to values by the library and to bytes by the scanner; null when there is none. */
function checkToml(before: TomlText, after: Uint8Array, asked: readonly EntryChange[], options: EditOptions): string | null {
  const read = readToml(after, before.path)
  if (!read.ok) return `the result cannot be read back: ${describeRefusal(read.refusal)}`
  const result = read.document
  if (result.bom !== (before.bom && options.bom === 'keep')) return 'the byte order mark is not as it should be'
  const changes = asked.map(plain)
  return misplaced(before, result, changes) ?? foreignDamage(before, result, changes)
}

function misplaced(before: TomlText, after: TomlText, changes: readonly EntryChange[]): string | null {
  const wanted = expectedEntries(before.entries, changes)
  const actual = new Map(after.entries.map(({ name, value }) => [name, value]))
  for (const [name, value] of wanted) {
    const found = actual.get(name)
    if (found === undefined) return `the entry ${shown(name)} is missing`
    if (!sameValue(found, value)) return `the entry ${shown(name)} does not say what it should`
  }
  for (const name of actual.keys()) if (!wanted.has(name)) return `the entry ${shown(name)} should not be there`
  const ours = new Set(changes.map(({ name }) => name))
  return sameToml(before, after, ours) ? null : 'a value that is not ours changed'
}

/** TOML, edited as text one table at a time. */
export const toml: Format = {
  extension: 'toml',
  read(bytes, path) {
    const read = readToml(bytes ?? new Uint8Array(), path)
    return read.ok ? { ok: true, document: documentOf(read.document) } : read
  },
  isEmpty: (bytes, path) => ['', `[${path.join('.')}]`].includes(new TextDecoder().decode(bytes).replace(/\s/g, '')),
  print,
}

const documentOf = (document: TomlText): ConfigDocument => ({
  bom: document.bom,
  notices: document.notices,
  container: document.container === null ? 'implied' : 'present',
  entries: () => document.entries,
  obstacle: (change) => obstacleTo(document, change),
  edit: (changes, options) => editToml(document, changes, options),
  check: (after, changes, options) => checkToml(document, after, changes, options),
})

/** There are more ways to write a table than anybody foresees: an edit that does not pass its check is not begun. */
function obstacleTo(document: TomlText, change: EntryChange): FileRefusal | null {
  const edit = editToml(document, [change], { bom: 'keep' })
  if (!edit.ok) return edit.refusal
  const wrong = checkToml(document, edit.bytes, [change], { bom: 'keep' })
  if (wrong === null) return null
  const { text, path } = document
  const first = outlineOf(text, [...path, change.name])
  const at = Math.min(...[...first.sections.map(({ header }) => header.at), ...first.pairs.map((pair) => pair.at)])
  const reason = `it is written in a way that cannot be edited safely (${wrong})`
  return Number.isFinite(at) ? refusalAt(text, at, 'unwritable', reason) : { code: 'unwritable', reason }
}

/** What is no table comes first, where no other table can swallow it. */
function print(entries: JsonObject, path: Path): string {
  const known = Object.entries(entries).flatMap(([name, value]): [string, JsonValue][] =>
    value === null ? [] : [[name, withoutNulls(value)]],
  )
  const lines = known.flatMap(([name, value]) => (isObject(value) ? [] : [pairText([...path, name], value)]))
  const tables = known.flatMap(([name, value]) => (isObject(value) ? [tableLines([...path, name], value).join('\n')] : []))
  const blocks = [...(lines.length === 0 ? [] : [lines.join('\n')]), ...tables]
  return blocks.length === 0 ? '' : `${blocks.join('\n\n')}\n`
}
