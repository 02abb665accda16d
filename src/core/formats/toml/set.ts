import type { JsonObject, JsonValue } from '../../../model/entry.ts'
import { memberOf, sameValue } from '../../values.ts'
import { insertItem, removeItem } from './items.ts'
import { cutLines, cutSections, insertBlock, insertLine, sectionEnd } from './lines.ts'
import { type Leaf, type TomlLocated, locate, outlineOf, type Path, samePath } from './outline.ts'
import { isSubTable, leafLines, pairText, tableLines } from './write.ts'
import { isMap, reconciled } from './reconcile.ts'

/** A text and what every change of it needs to know. */
export interface Site {
  readonly text: string
  /** Where the entries are. */
  readonly container: Path
  readonly eol: string
}

const at = (site: Site, path: Path): TomlLocated => locate(site.text, outlineOf(site.text, site.container), path)
const splice = (text: string, { start, end }: { start: number; end: number }, replacement: string): string =>
  text.slice(0, start) + replacement + text.slice(end)

/** Takes everything out that makes up the value at a path. */
export function removeAt(site: Site, path: Path): string {
  let { text } = site
  for (;;) {
    const { leaves, sections } = at({ ...site, text }, path)
    const leaf = leaves.at(-1)
    if (leaf === undefined) return cutSections(text, sections)
    text = withoutLeaf(text, leaf)
  }
}

function withoutLeaf(text: string, { holder }: Leaf): string {
  if (holder.kind === 'line') return cutLines(text, holder.pair.start, holder.pair.next)
  const { table, index } = holder
  return splice(text, table, removeItem(text.slice(table.start, table.end), index))
}

/** Makes the value at a path, which is `now`, say `wanted`, with as little change as possible. */
function changeAt(site: Site, path: Path, now: JsonValue, wanted: JsonValue): string {
  if (sameValue(now, wanted)) return site.text
  const { leaves, sections } = at(site, path)
  const leaf = leaves[0]
  if (leaf && leaves.length === 1 && sections.length === 0 && samePath(leaf.path, path)) {
    const { valueStart: start, valueEnd: end } = leaf
    return splice(site.text, { start, end }, reconciled(site.text.slice(start, end), now, wanted, site.eol))
  }
  if (isMap(now) && isMap(wanted)) return changeTable(site, path, now, wanted)
  return insertAt({ ...site, text: removeAt(site, path) }, path.slice(0, -1), path.at(-1) ?? '', wanted)
}

function changeTable(site: Site, path: Path, now: JsonObject, wanted: JsonObject): string {
  const text = changeMembers(site, path, now, wanted, allKeys(now, wanted))
  const { leaves, sections } = at({ ...site, text }, path)
  // A table that was there by its dotted keys alone is gone with them.
  return leaves.length + sections.length > 0 ? text : insertAt({ ...site, text }, path.slice(0, -1), path.at(-1) ?? '', wanted)
}

const allKeys = (now: JsonObject, wanted: JsonObject): Set<string> => new Set([...Object.keys(wanted), ...Object.keys(now)])

/** Makes each of `names` in a table what it is in `wanted`; one that `wanted` lacks goes, and all others stay. */
export function changeMembers(site: Site, path: Path, now: JsonObject, wanted: JsonObject, names: Iterable<string>): string {
  let { text } = site
  const gone: string[] = []
  for (const name of names) {
    const [is, shall] = [memberOf(now, name), memberOf(wanted, name)]
    if (shall === undefined) gone.push(name)
    else if (is === undefined) text = insertAt({ ...site, text }, path, name, shall)
    else text = changeAt({ ...site, text }, [...path, name], is, shall)
  }
  // Last, since a new line goes behind those that are there.
  for (const name of gone) text = removeAt({ ...site, text }, [...path, name])
  return text
}

/** Adds a key to the table at `path`, in the way in which that table is written. */
function insertAt(site: Site, path: Path, name: string, value: JsonValue): string {
  const { text, eol } = site
  const { leaves, sections, host } = at(site, path)
  const own = sections.find(({ header }) => samePath(header.path, path))
  if (own) {
    if (isSubTable(value)) return insertBlock(text, sectionEnd(text, own), leafLines([...path, name], value), eol)
    return insertLine(text, own.pairs.at(-1) ?? own.header, pairText([name], value), eol)
  }
  const last = leaves.at(-1)
  if (last?.holder.kind === 'line' && !(host && samePath(host.path, path))) {
    const { pair } = last.holder
    return insertLine(text, pair, pairText([...path.slice(pair.base.length), name], value), eol)
  }
  if (host) {
    const item = pairText([...path.slice(host.path.length), name], value)
    return splice(text, host, insertItem(text.slice(host.start, host.end), item, eol))
  }
  const [first] = sections
  const lines = tableLines(path, { [name]: value })
  if (first === undefined) return insertBlock(text, text.length, lines, eol)
  return text.slice(0, first.header.start) + lines.map((line) => line + eol).join('') + eol + text.slice(first.header.start)
}

/** Adds a whole entry: into the inline table that holds the others, else as a table at the end of the file. */
export function addEntry(site: Site, name: string, value: JsonObject): string {
  const { text, container, eol } = site
  const { host } = at(site, container)
  if (host === null) return insertBlock(text, text.length, tableLines([...container, name], value), eol)
  const item = pairText([...container.slice(host.path.length), name], value)
  return splice(text, host, insertItem(text.slice(host.start, host.end), item, eol))
}
