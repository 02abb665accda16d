import { type Expression, expressions } from './scan.ts'
import type { PresentEntry, FileRefusal } from '../../../model/document.ts'
import { decode } from '../text/decode.ts'
import { firstBreak } from '../text/lines.ts'
import { placeOf, refusing } from '../text/place.ts'
import { Problem } from '../text/problem.ts'
import { shown } from '../text/shown.ts'
import { below, type Outline, outlineOf, type Path, samePath } from './outline.ts'
import { isTable, parseToml, spelling, type TomlTable, type TomlValue, tableMember, toJson } from './parse.ts'
import { itemsOf } from './values.ts'

/** smol-toml's words for a table or key that is defined for the second time; it does not say where the first one is. */
const REDEFINED = /redefine/

/** Says of a Problem about a double definition where the first one is; null where that is not known. */
function firstOfTwo(text: string, problem: Problem): Problem | null {
  if (!REDEFINED.test(problem.message)) return null
  const second = find(text, problem.offset, ({ next }) => next > problem.offset)
  const first = second && find(text, second.at, (each) => each.at < second.at && clashes(each, second))
  if (!first || !second) return null
  const what = `${second.kind === 'header' ? 'the table' : 'the key'} ${shown(second.path.join('.'))}`
  return new Problem(
    'duplicate-key',
    second.at,
    `${what} is defined for the second time; the first is in line ${placeOf(text, first.at).line}`,
  )
}

/** The same path, a value on the way to it, or a table that dotted keys made before its header. */
const clashes = (first: Expression, second: Expression): boolean =>
  samePath(first.path, second.path) ||
  (first.kind === 'pair' && below(second.path, first.path)) ||
  (first.kind === 'pair' && below(first.path, second.path) && first.base.length < second.path.length)

/** The first expression that fits, among those that begin up to `last`: behind it the text may not be valid. */
function find(text: string, last: number, fits: (each: Expression) => boolean): Expression | null {
  for (const each of expressions(text)) {
    if (each.start > last) return null
    if (fits(each)) return each
  }
  return null
}

/** A TOML text with what an edit must know of it. */
export interface TomlText {
  readonly text: string
  readonly bom: boolean
  readonly eol: '\n' | '\r\n'
  /** Where the entries are. */
  readonly path: Path
  readonly root: TomlTable
  /** The table of entries; null where there is none. */
  readonly container: TomlTable | null
  readonly entries: readonly PresentEntry[]
  readonly notices: readonly string[]
}

type ReadToml = { readonly ok: true; readonly document: TomlText } | { readonly ok: false; readonly refusal: FileRefusal }

/**
 * Reads a client's TOML config. smol-toml checks and reads the whole text, our scanner finds where things are in it; where the
 * two do not agree on what entries there are, the file is refused.
 */
export function readToml(bytes: Uint8Array, path: Path): ReadToml {
  const decoded = decode(bytes)
  if (!decoded.ok) return decoded
  const { text, bom } = decoded
  return refusing(text, () => {
    const root = parsed(text)
    const outline = outlineOf(text, path)
    const notices: string[] = []
    const container = containerOf(root, path, outline, notices)
    const entries = entriesOf(text, container, path, outline)
    return { ok: true, document: { text, bom, eol: firstBreak(text) ?? '\n', path, root, container, entries, notices } }
  })
}

function parsed(text: string): TomlTable {
  try {
    return parseToml(text)
  } catch (error) {
    if (error instanceof Problem) throw firstOfTwo(text, error) ?? error
    throw error
  }
}

/** The table at a path; null where a part of the path is absent. */
function containerOf(root: TomlTable, path: Path, outline: Outline, notices: string[]): TomlTable | null {
  let table = root
  for (const [depth, name] of path.entries()) {
    for (const other of Object.keys(table)) {
      if (other !== name && other.toLowerCase() === name.toLowerCase())
        notices.push(`${shown(other)} differs from ${shown(name)} only in case: no program reads it, and it is left as it is`)
    }
    const value = tableMember(table, name)
    if (value === undefined) return null
    if (!isTable(value)) {
      const part = path.slice(0, depth + 1)
      const what = part.map(shown).join(' › ')
      throw new Problem('container-not-object', placeIn(outline, part), `${what} is ${kindOf(value)}, not a table`)
    }
    table = value
  }
  return table
}

/** Where a value is that is no table. */
const placeIn = ({ pairs, sections }: Outline, path: Path): number =>
  pairs.find((pair) => pair.path.length <= path.length)?.valueStart ?? sections.find(({ header }) => header.array)?.header.at ?? 0

const kindOf = (value: TomlValue): string =>
  Array.isArray(value) ? 'a list' : typeof value === 'string' ? 'a text' : typeof value === 'boolean' ? String(value) : 'a number or date'

/** The entries in the order of the file, which is that in which they are first named. */
function entriesOf(text: string, container: TomlTable | null, path: Path, outline: Outline): PresentEntry[] {
  const named = new Map<string, number>()
  const note = (full: Path, at: number): void => {
    const name = full[path.length]
    if (name !== undefined && at < (named.get(name) ?? Number.POSITIVE_INFINITY)) named.set(name, at)
  }
  for (const { header } of outline.sections) note(header.path, header.at)
  for (const pair of outline.pairs) namesUnder(text, pair.path, pair.at, pair.valueStart, path, note)
  const present = Object.keys(container ?? {})
  if (present.length !== named.size || present.some((name) => !named.has(name)))
    throw new Problem('syntax', 0, `${shown(path.at(-1) ?? '')} is written in a way that this program does not follow`)
  return [...named]
    .sort(([, a], [, b]) => a - b)
    .flatMap(([name]) => {
      const value = tableMember(container ?? {}, name)
      if (value === undefined) return []
      const json = toJson(value)
      // An entry that is a date or the like is no table, whatever stands for it in JSON.
      return [{ name, value: spelling(json) ?? json, duplicate: false }]
    })
}

/** Names of entries that a pair mentions, in its key or in the inline tables of its value. */
function namesUnder(text: string, full: Path, at: number, valueStart: number, path: Path, note: (full: Path, at: number) => void): void {
  note(full, at)
  if (full.length > path.length || !below(path, full) || text.charAt(valueStart) !== '{') return
  for (const item of itemsOf(text, valueStart)) {
    const itemPath = [...full, ...item.names]
    if (below(itemPath, path) || below(path, itemPath)) namesUnder(text, itemPath, item.start, item.valueStart, path, note)
  }
}
