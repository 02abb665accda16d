import type { EntryChange, FileRefusal } from '../../../model/document.ts'
import type { Edit, EditOptions } from '../../../model/format.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { refusing } from '../text/place.ts'
import { encodePieces } from '../text/utf8.ts'
import { expectedEntries } from '../../values.ts'
import type { TomlText } from './read.ts'
import { addEntry, changeMembers, removeAt, type Site } from './set.ts'
import { withoutNulls } from './write.ts'

/**
 * Carries changes into a TOML text, one after another. New entries go to the end of the file as tables of their own, or into the
 * inline table that holds the others; keys of an entry that is there are edited where and as they are written.
 */
export function editToml(document: TomlText, changes: readonly EntryChange[], options: EditOptions): Edit {
  const edited = textAfter(document, changes)
  if (!edited.ok) return edited
  const strip = document.bom && options.bom === 'strip'
  return {
    ok: true,
    bytes: encodePieces([edited.text], document.bom && !strip),
    notices: strip ? ['the byte order mark (BOM) is taken off, since the program that owns this file rejects it'] : [],
    changed: strip || edited.text !== document.text,
  }
}

type Edited = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly refusal: FileRefusal }

function textAfter({ text: before, path, eol, entries }: TomlText, changes: readonly EntryChange[]): Edited {
  let text = before
  let now = new Map(entries.map(({ name, value }) => [name, value]))
  for (const change of changes.map(plain)) {
    const edited = refused(text, () => changed({ text, container: path, eol }, change, now.get(change.name)))
    if (!edited.ok) return edited
    text = edited.text
    now = expectedEntries(
      [...now].map(([name, value]) => ({ name, value, duplicate: false })),
      [change],
    )
  }
  return { ok: true, text }
}

/** Carries out an edit. A value that cannot be written is refused, without a place in the file: it has none. */
function refused(text: string, edit: () => string): Edited {
  const edited = refusing(text, () => ({ ok: true, text: edit() }) as const)
  if (edited.ok || edited.refusal.code !== 'unwritable') return edited
  return { ok: false, refusal: { code: edited.refusal.code, reason: edited.refusal.reason } }
}

function changed(site: Site, change: EntryChange, now: JsonValue | undefined): string {
  const path = [...site.container, change.name]
  if (change.kind === 'remove') return now === undefined ? site.text : removeAt(site, path)
  if (now === undefined) return addEntry(site, change.name, change.value)
  if (isObject(now)) return changeMembers(site, path, now, change.value, change.owned)
  return addEntry({ ...site, text: removeAt(site, path) }, change.name, change.value)
}

/** A change in words that TOML has: no member is null. */
export const plain = (change: EntryChange): EntryChange => {
  if (change.kind === 'remove') return change
  const value = withoutNulls(change.value)
  return isObject(value) ? { ...change, value } : change
}
