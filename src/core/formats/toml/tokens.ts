import { BACKSLASH, CR, isBlank, LF, QUOTE } from '../text/codes.ts'

// All of these expect valid TOML: the parser has seen the text before them.

export function skipBlanks(text: string, at: number): number {
  let i = at
  while (isBlank(text.charCodeAt(i))) i++
  return i
}

/** The offset of the line break that ends the line of `at`, or of the end of the text. */
export function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  if (end < 0) return text.length
  return end > at && text.charCodeAt(end - 1) === CR ? end - 1 : end
}

/** The offset behind the line break at `at`; `at` where there is none. */
export function skipBreak(text: string, at: number): number {
  const code = text.charCodeAt(at)
  return code === LF ? at + 1 : code === CR && text.charCodeAt(at + 1) === LF ? at + 2 : at
}

/** The offset behind the string or quoted key that opens at `start`. */
export function skipString(text: string, start: number): number {
  const quote = text.charCodeAt(start)
  if (text.charCodeAt(start + 1) === quote && text.charCodeAt(start + 2) === quote) return skipLongString(text, start, quote)
  let i = start + 1
  while (i < text.length && text.charCodeAt(i) !== quote) i += quote === QUOTE && text.charCodeAt(i) === BACKSLASH ? 2 : 1
  return i + 1
}

function skipLongString(text: string, start: number, quote: number): number {
  const isQuote = (at: number): boolean => text.charCodeAt(at) === quote
  let i = start + 3
  while (i < text.length && !(isQuote(i) && isQuote(i + 1) && isQuote(i + 2))) {
    i += quote === QUOTE && text.charCodeAt(i) === BACKSLASH ? 2 : 1
  }
  i += 3
  // One or two quotes directly before the closing three are part of the text.
  for (let extra = 0; extra < 2 && isQuote(i); extra++) i++
  return i
}
