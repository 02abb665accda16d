import { isDigit, isLetter, MINUS, POINT, QUOTE, SINGLE_QUOTE, UNDERSCORE } from '../text/codes.ts'
import { unquoted } from './parse.ts'
import { skipBlanks, skipString } from './tokens.ts'

/** The names of a dotted key, and the offset behind the key and the blanks that follow it. The text is valid TOML. */
export function readKey(text: string, at: number): { readonly names: readonly string[]; readonly end: number } {
  const names: string[] = []
  let i = skipBlanks(text, at)
  for (;;) {
    const start = i
    const quoted = text.charCodeAt(i) === QUOTE || text.charCodeAt(i) === SINGLE_QUOTE
    i = quoted ? skipString(text, i) : skipBare(text, i)
    names.push(quoted ? unquoted(text.slice(start, i)) : text.slice(start, i))
    i = skipBlanks(text, i)
    if (text.charCodeAt(i) !== POINT) return { names, end: i }
    i = skipBlanks(text, i + 1)
  }
}

function skipBare(text: string, at: number): number {
  let i = at
  for (let code = text.charCodeAt(i); isDigit(code) || isLetter(code) || code === UNDERSCORE || code === MINUS; code = text.charCodeAt(i))
    i++
  return i
}
