import { BACKSLASH, CR, isDigit, isWordPart, LF, MINUS, POINT, QUOTE, SLASH, SPACE, STAR, TAB } from '../text/codes.ts'
import { escapeWords, stringWords, valueWords } from './complaints.ts'
import { Problem } from '../text/problem.ts'
import type { Dialect } from './document.ts'

/** The offset behind white space and comments. A comment in a strict text is a Problem of its own name. */
export function skipTrivia(text: string, from: number, dialect: Dialect): number {
  let i = from
  for (;;) {
    const code = text.charCodeAt(i)
    if (code === SPACE || code === LF || code === CR || code === TAB) i++
    else if (code === SLASH) {
      const end = skipComment(text, i, dialect)
      if (end === i) return i
      i = end
    } else return i
  }
}

/** The offset behind the comment at `at` (a line comment ends before its line break), or `at` where none starts. */
export function skipComment(text: string, at: number, dialect: Dialect): number {
  const kind = text.charCodeAt(at + 1)
  if (kind !== SLASH && kind !== STAR) return at
  if (dialect === 'strict') throw new Problem('comment', at, 'there is a comment here, and the program that owns this file accepts none')
  if (kind === STAR) {
    const end = text.indexOf('*/', at + 2)
    if (end < 0) throw new Problem('syntax', at, 'a comment begins here with /* and never ends')
    return end + 2
  }
  let i = at + 2
  while (i < text.length && text.charCodeAt(i) !== LF && text.charCodeAt(i) !== CR) i++
  return i
}

/** The offset behind the string that opens at `start`. */
export function skipString(text: string, start: number): number {
  let i = start + 1
  for (;;) {
    const code = text.charCodeAt(i)
    if (code === QUOTE) return i + 1
    if (code === BACKSLASH) i = skipEscape(text, i)
    // Also true at the end of the text, where the code is NaN.
    else if (!(code >= SPACE)) throw new Problem('syntax', i < text.length ? i : start, stringWords(text, i))
    else i++
  }
}

function skipEscape(text: string, at: number): number {
  const letter = text.charAt(at + 1)
  if (letter === 'u' && /^[0-9a-fA-F]{4}$/.test(text.slice(at + 2, at + 6))) return at + 6
  if (letter !== '' && '"\\/bfnrt'.includes(letter)) return at + 2
  throw new Problem('syntax', at, escapeWords(text, at))
}

/** The offset behind a string, number or word; anything else is a Problem that says what is there instead. */
export function skipScalar(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === QUOTE) return skipString(text, at)
  if (code === MINUS || isDigit(code)) return skipNumber(text, at)
  for (const word of ['true', 'false', 'null']) {
    if (text.startsWith(word, at) && !isWordPart(text.charCodeAt(at + word.length))) return at + word.length
  }
  throw new Problem('syntax', at, valueWords(text, at))
}

function skipNumber(text: string, at: number): number {
  let i = text.charCodeAt(at) === MINUS ? at + 1 : at
  i = text.charCodeAt(i) === 48 ? i + 1 : skipDigits(text, i, at)
  if (text.charCodeAt(i) === POINT) i = skipDigits(text, i + 1, at)
  const exponent = text.charCodeAt(i)
  if (exponent === 69 || exponent === 101) {
    const sign = text.charCodeAt(i + 1)
    i = skipDigits(text, sign === MINUS || sign === 43 ? i + 2 : i + 1, at)
  }
  if (isWordPart(text.charCodeAt(i))) throw new Problem('syntax', at, valueWords(text, at))
  return i
}

function skipDigits(text: string, from: number, start: number): number {
  let i = from
  while (isDigit(text.charCodeAt(i))) i++
  if (i === from) throw new Problem('syntax', start, valueWords(text, start))
  return i
}
