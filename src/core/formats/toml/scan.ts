import { CR, EQUALS, HASH, LF, OPEN_ARRAY } from '../text/codes.ts'
import { readKey } from './keys.ts'
import { lineEnd, skipBlanks, skipBreak } from './tokens.ts'
import { skipValue } from './values.ts'

interface Line {
  /** Where its line begins, indentation included. */
  readonly start: number
  /** Where it begins itself. */
  readonly at: number
  /** Behind it and the comment on its line, before the line break. */
  readonly end: number
  /** Behind the line break; the end of the text where there is none. */
  readonly next: number
}

/** `[a.b]`, or with `array` `[[a.b]]`. */
export interface Header extends Line {
  readonly kind: 'header'
  readonly array: boolean
  /** From the root of the document. */
  readonly path: readonly string[]
}

/** `a.b = value`. */
export interface Pair extends Line {
  readonly kind: 'pair'
  /** The path of the table it is written in. */
  readonly base: readonly string[]
  /** From the root of the document. */
  readonly path: readonly string[]
  readonly valueStart: number
  readonly valueEnd: number
}

export type Expression = Header | Pair

/** Every header and every pair of a valid text, in order. What lies between them is white space and comments. */
export function* expressions(text: string): Generator<Expression> {
  let base: readonly string[] = []
  let start = 0
  while (start < text.length) {
    const at = skipBlanks(text, start)
    const code = text.charCodeAt(at)
    if (at === text.length) return
    if (code === HASH || code === LF || code === CR) {
      start = skipBreak(text, lineEnd(text, at))
      continue
    }
    const expression: Expression = code === OPEN_ARRAY ? headerAt(text, start, at) : pairAt(text, start, at, base)
    if (expression.kind === 'header') base = expression.path
    yield expression
    start = expression.next
  }
}

function headerAt(text: string, start: number, at: number): Header {
  const array = text.charCodeAt(at + 1) === OPEN_ARRAY
  const { names, end: bracket } = readKey(text, at + (array ? 2 : 1))
  const end = lineEnd(text, bracket)
  return { kind: 'header', array, path: names, start, at, end, next: skipBreak(text, end) }
}

function pairAt(text: string, start: number, at: number, base: readonly string[]): Pair {
  const { names, end: equals } = readKey(text, at)
  const valueStart = skipBlanks(text, text.charCodeAt(equals) === EQUALS ? equals + 1 : equals)
  const valueEnd = skipValue(text, valueStart)
  const end = lineEnd(text, valueEnd)
  return { kind: 'pair', base, path: [...base, ...names], start, at, valueStart, valueEnd, end, next: skipBreak(text, end) }
}
