import type { EntryChange } from '../../../model/document.ts'
import type { EditOptions } from '../../../model/format.ts'
import { describeRefusal } from '../text/place.ts'
import { shown } from '../text/shown.ts'
import { expectedEntries, sameValue } from '../../values.ts'
import { foreignDamage } from './compare.ts'
import { plain } from './edit.ts'
import { sameToml } from './same.ts'
import { readToml, type TomlText } from './read.ts'

/** Reads an edit's result back and looks for damage, to values by the library and to bytes by the scanner; null when there is none. */
export function checkToml(before: TomlText, after: Uint8Array, asked: readonly EntryChange[], options: EditOptions): string | null {
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
