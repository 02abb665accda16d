import {
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  EQUALS,
  HASH,
  isBlank,
  isBreak,
  OPEN_ARRAY,
  OPEN_OBJECT,
  QUOTE,
  SINGLE_QUOTE,
} from '../text/codes.ts'
import { readKey } from './keys.ts'
import { lineEnd, skipBlanks, skipString } from './tokens.ts'

const isQuote = (code: number): boolean => code === QUOTE || code === SINGLE_QUOTE
const opens = (code: number): boolean => code === OPEN_ARRAY || code === OPEN_OBJECT
const closes = (code: number): boolean => code === CLOSE_ARRAY || code === CLOSE_OBJECT

/** The offset behind the value that begins at `start`. The text is valid TOML. */
export function skipValue(text: string, start: number): number {
  const first = text.charCodeAt(start)
  if (isQuote(first)) return skipString(text, start)
  return opens(first) ? skipBrackets(text, start) : skipScalar(text, start)
}

function skipBrackets(text: string, start: number): number {
  let depth = 0
  let i = start
  do {
    const code = text.charCodeAt(i)
    if (isQuote(code)) i = skipString(text, i)
    else if (code === HASH) i = lineEnd(text, i)
    else {
      if (opens(code)) depth++
      else if (closes(code)) depth--
      i++
    }
  } while (depth > 0 && i < text.length)
  return i
}

/** A number, word or date. A date may have a blank before its time. */
function skipScalar(text: string, start: number): number {
  let i = start
  for (let code = text.charCodeAt(i); i < text.length && !isBreak(code) && code !== HASH && code !== COMMA && !closes(code); )
    code = text.charCodeAt(++i)
  while (i > start && isBlank(text.charCodeAt(i - 1))) i--
  return i
}

/** A member of an inline table, or an element of an array (without names; `start` is then where its value starts). */
export interface TomlItem {
  readonly names: readonly string[]
  readonly start: number
  readonly valueStart: number
  readonly valueEnd: number
  /** Offset of the comma behind it; -1 without one. */
  readonly comma: number
}

/** The direct elements of the array or inline table that opens at `start`. */
export function itemsOf(text: string, start: number): TomlItem[] {
  const items: TomlItem[] = []
  const isInline = text.charCodeAt(start) === OPEN_OBJECT
  let at = skipGap(text, start + 1)
  while (at < text.length && !closes(text.charCodeAt(at))) {
    const key = isInline ? readKey(text, at) : { names: [], end: at }
    const valueStart = isInline && text.charCodeAt(key.end) === EQUALS ? skipBlanks(text, key.end + 1) : key.end
    const valueEnd = skipValue(text, valueStart)
    const next = skipGap(text, valueEnd)
    const comma = text.charCodeAt(next) === COMMA ? next : -1
    items.push({ names: key.names, start: at, valueStart, valueEnd, comma })
    at = comma < 0 ? next : skipGap(text, comma + 1)
  }
  return items
}

/** The offset behind white space, line breaks and comments. */
function skipGap(text: string, from: number): number {
  let i = from
  for (;;) {
    const code = text.charCodeAt(i)
    if (isBlank(code) || isBreak(code)) i++
    else if (code === HASH) i = lineEnd(text, i)
    else return i
  }
}
