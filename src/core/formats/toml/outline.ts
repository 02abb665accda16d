import { OPEN_OBJECT } from '../text/codes.ts'
import { expressions, type Header, type Pair } from './scan.ts'
import { itemsOf } from './values.ts'

export type Path = readonly string[]

/** True where `path` is `prefix` or lies below it. */
export const below = (path: Path, prefix: Path): boolean => path.length >= prefix.length && prefix.every((name, at) => path[at] === name)
export const samePath = (a: Path, b: Path): boolean => a.length === b.length && below(a, b)

/** A table with a header of its own. */
export interface TomlSection {
  readonly header: Header
  readonly pairs: Pair[]
  /** Its place among all headers of the file. */
  readonly order: number
  /** Where the next header's line begins; the end of the text where there is none. */
  limit: number
}

/** The parts of a file that concern one object in it. Nothing else is kept, since a file may be large. */
export interface Outline {
  /** Tables at or below the object. */
  readonly sections: readonly TomlSection[]
  /** Pairs at or below the object, and those whose value holds it. */
  readonly pairs: readonly Pair[]
}

export function outlineOf(text: string, path: Path): Outline {
  const sections: TomlSection[] = []
  const pairs: Pair[] = []
  let open: TomlSection | null = null
  let order = 0
  for (const each of expressions(text)) {
    if (each.kind === 'header') {
      if (open) open.limit = each.start
      open = below(each.path, path) ? { header: each, pairs: [], order, limit: text.length } : null
      if (open) sections.push(open)
      order++
    } else if (below(each.path, path) || below(path, each.path)) {
      pairs.push(each)
      open?.pairs.push(each)
    }
  }
  return { sections, pairs }
}

/** An inline table `{ … }` with its braces. */
interface InlineTable {
  readonly path: Path
  readonly start: number
  readonly end: number
}

/** A value that a key names: on a line of its own, or in an inline table. */
export interface Leaf {
  readonly path: Path
  readonly valueStart: number
  readonly valueEnd: number
  readonly holder:
    | { readonly kind: 'line'; readonly pair: Pair }
    | { readonly kind: 'item'; readonly table: InlineTable; readonly index: number }
}

/** Everything that makes up the value at one path: tables may lie anywhere in the file, keys may be dotted or in inline tables. */
export interface TomlLocated {
  readonly sections: readonly TomlSection[]
  /** Values at or below the path that are in none of the sections. */
  readonly leaves: readonly Leaf[]
  /** The innermost inline table at or above the path. */
  readonly host: InlineTable | null
}

export function locate(text: string, outline: Outline, path: Path): TomlLocated {
  const leaves: Leaf[] = []
  let host: InlineTable | null = null
  const visit = (leaf: Leaf): void => {
    if (below(leaf.path, path)) leaves.push(leaf)
    if (!below(path, leaf.path) || text.charCodeAt(leaf.valueStart) !== OPEN_OBJECT) return
    const table = { path: leaf.path, start: leaf.valueStart, end: leaf.valueEnd }
    host = table
    if (samePath(leaf.path, path)) return
    for (const [index, { names, valueStart, valueEnd }] of itemsOf(text, leaf.valueStart).entries()) {
      const itemPath = [...leaf.path, ...names]
      if (below(itemPath, path) || below(path, itemPath))
        visit({ path: itemPath, valueStart, valueEnd, holder: { kind: 'item', table, index } })
    }
  }
  for (const pair of outline.pairs) {
    if (!below(pair.base, path))
      visit({ path: pair.path, valueStart: pair.valueStart, valueEnd: pair.valueEnd, holder: { kind: 'line', pair } })
  }
  return { sections: outline.sections.filter(({ header }) => below(header.path, path)), leaves, host }
}
