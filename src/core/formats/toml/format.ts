import type { EntryChange, Refusal } from '../../../model/document.ts'
import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import type { ConfigDocument, Format } from '../../../model/format.ts'
import { isObject } from '../../object.ts'
import { refusalAt } from '../text/place.ts'
import { checkToml } from './check.ts'
import { editToml } from './edit.ts'
import { outlineOf, type Path } from './outline.ts'
import { readToml, type TomlText } from './read.ts'
import { pairText, tableLines, withoutNulls } from './write.ts'

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
function obstacleTo(document: TomlText, change: EntryChange): Refusal | null {
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
