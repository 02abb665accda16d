import { CLOSE_ARRAY, CLOSE_OBJECT, COLON, COMMA, OPEN_ARRAY, OPEN_OBJECT, QUOTE } from '../text/codes.ts'
import { behindWords, colonWords, keyWords, separatorWords } from './complaints.ts'
import { Problem } from '../text/problem.ts'
import { skipScalar, skipString, skipTrivia } from './tokens.ts'
import type { Dialect } from './document.ts'

/** A member of an object, or an element of an array (then `start` is also where its value starts). */
export interface JsonItem {
  readonly start: number
  readonly keyEnd: number
  readonly valueStart: number
  valueEnd: number
  /** Offset of the comma behind it; -1 without one. */
  comma: number
}

/** A value with its direct members or elements. `items` is empty for a text, number or word. */
export interface Node {
  readonly start: number
  readonly end: number
  readonly items: readonly JsonItem[]
}

/** The kinds of the brackets that are open. Bytes, since a hostile file may open one at every character. */
class Brackets {
  #kinds = new Uint8Array(64)
  depth = 0

  get top(): number {
    return this.#kinds[this.depth - 1] ?? 0
  }

  push(kind: number): void {
    if (this.depth === this.#kinds.length) {
      const wider = new Uint8Array(this.depth * 2)
      wider.set(this.#kinds)
      this.#kinds = wider
    }
    this.#kinds[this.depth++] = kind
  }
}

const closerOf = (kind: number): number => (kind === OPEN_OBJECT ? CLOSE_OBJECT : CLOSE_ARRAY)

/**
 * Reads the value at `start`, checking every character of it, and lists its direct members or elements. Depth has no
 * limit. Throws a Problem at the first thing that the dialect does not allow.
 */
export function walkValue(text: string, start: number, dialect: Dialect): Node {
  const brackets = new Brackets()
  const items: JsonItem[] = []
  let at = start
  for (;;) {
    const code = text.charCodeAt(at)
    if (code === OPEN_OBJECT || code === OPEN_ARRAY) {
      brackets.push(code)
      at = skipTrivia(text, at + 1, dialect)
      if (text.charCodeAt(at) !== closerOf(code)) {
        at = beginItem(text, at, brackets, items, dialect)
        continue
      }
      at++
      brackets.depth--
    } else at = skipScalar(text, at)
    at = finishValues(text, at, brackets, items, dialect)
    if (brackets.depth === 0) return { start, end: at, items }
    at = beginItem(text, at, brackets, items, dialect)
  }
}

/** From the start of a member or element to the start of its value; notes the direct members of the walked value. */
function beginItem(text: string, at: number, brackets: Brackets, items: JsonItem[], dialect: Dialect): number {
  let keyEnd = at
  let valueStart = at
  if (brackets.top === OPEN_OBJECT) {
    if (text.charCodeAt(at) !== QUOTE) throw new Problem('syntax', at, keyWords(text, at))
    keyEnd = skipString(text, at)
    const colon = skipTrivia(text, keyEnd, dialect)
    if (text.charCodeAt(colon) !== COLON) throw new Problem('syntax', colon, colonWords(text, colon))
    valueStart = skipTrivia(text, colon + 1, dialect)
  }
  if (brackets.depth === 1) items.push({ start: at, keyEnd, valueStart, valueEnd: valueStart, comma: -1 })
  return valueStart
}

/** From behind a value to the start of the next item, closing every bracket that closes on the way. */
function finishValues(text: string, from: number, brackets: Brackets, items: JsonItem[], dialect: Dialect): number {
  let end = from
  while (brackets.depth > 0) {
    const last = brackets.depth === 1 ? items[items.length - 1] : undefined
    if (last) last.valueEnd = end
    const closer = closerOf(brackets.top)
    let at = skipTrivia(text, end, dialect)
    if (text.charCodeAt(at) === COMMA) {
      if (last) last.comma = at
      const comma = at
      at = skipTrivia(text, comma + 1, dialect)
      if (text.charCodeAt(at) !== closer) return at
      if (dialect !== 'jsonc') {
        throw new Problem('trailing-comma', comma, 'there is a trailing comma here, and the program that owns this file accepts none')
      }
    }
    if (text.charCodeAt(at) !== closer) throw new Problem('syntax', at, separatorWords(text, at, brackets.top, brackets.depth))
    end = at + 1
    brackets.depth--
  }
  return end
}

/** The one value of a document, with nothing but white space (and comments, where allowed) around it. */
export function walkDocument(text: string, dialect: Dialect): Node {
  const root = walkValue(text, skipTrivia(text, 0, dialect), dialect)
  const end = skipTrivia(text, root.end, dialect)
  if (end < text.length) throw new Problem('syntax', end, behindWords(text, end))
  return root
}

/** The name of a member as it is read, whatever its spelling: `"mcp\u0053ervers"` is `mcpServers`. */
export function nameOf(text: string, item: JsonItem): string {
  const raw = text.slice(item.start, item.keyEnd)
  return raw.includes('\\') ? String(JSON.parse(raw)) : raw.slice(1, -1)
}

export const startsObject = (text: string, at: number): boolean => text.charCodeAt(at) === OPEN_OBJECT
