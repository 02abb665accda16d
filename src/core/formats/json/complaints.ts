import { CLOSE_ARRAY, CLOSE_OBJECT, CR, isBreak, isWordPart, LF, OPEN_OBJECT, QUOTE, TAB } from '../text/codes.ts'
import { visible } from '../text/shown.ts'

/** Characters that begin nothing in JSON but are often found there, and their names for people. */
const STRANGERS: readonly (readonly [pattern: RegExp, words: string])[] = [
  [/^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/m, 'a merge conflict marker'],
  [/^'/, "a single quote ', where JSON wants a double quote"],
  [/^[“”„‟«»]/, 'a typographic quote, where JSON wants a straight one (")'],
  [/^\u00a0/, 'a no-break space (U+00A0), which JSON does not take for a space'],
  [/^\ufeff/, 'a byte order mark (U+FEFF) in the middle of the text'],
  [/^#/, 'a #, which begins no comment in JSON'],
  [/^--/, 'two dashes, which begin no comment in JSON'],
  [/^\{\{/, 'a template ({{ … }}), not JSON'],
]

/** A word as it may be shown: a key that somebody wrote without quotes is not repeated in an error. */
const told = (word: string): string => (word.length > 16 || (word.length > 8 && /\d/.test(word)) ? `${word.slice(0, 4)}…` : word)

/** Describes what is at an offset: `the word undefined`, `a no-break space`, `the end of the file`. */
function found(text: string, at: number): string {
  if (at >= text.length) return 'the end of the file'
  const rest = text.slice(at, at + 40)
  for (const [pattern, words] of STRANGERS) if (pattern.exec(rest)?.index === 0) return words
  let end = 0
  while (end < rest.length && isWordPart(rest.charCodeAt(end))) end++
  if (end > 0) return `${/^[\d+.-]/.test(rest) ? 'the number' : 'the word'} ${told(rest.slice(0, end))}`
  return visible(String.fromCodePoint(text.codePointAt(at) ?? 0))
}

export function valueWords(text: string, at: number): string {
  const what = found(text, at)
  if (what.startsWith('the number ')) return `${what.slice(11)} is not a number as JSON writes it`
  if (what.startsWith('the word ')) return `${what}; text must be in double quotes`
  return at >= text.length ? 'the file ends where a value should follow' : `a value is missing; there is ${what}`
}

export function keyWords(text: string, at: number): string {
  const what = found(text, at)
  if (what.startsWith('the word ')) return `the name ${what.slice(9)} must be in double quotes`
  return at >= text.length ? endWords(1) : `a name in double quotes is missing here; there is ${what}`
}

export const colonWords = (text: string, at: number): string =>
  at >= text.length ? endWords(1) : `a colon is missing after the name; there is ${found(text, at)}`

/** For whatever follows a value without being a comma or the bracket that closes what is open. */
export function separatorWords(text: string, at: number, open: number, depth: number): string {
  if (at >= text.length) return endWords(depth)
  const code = text.charCodeAt(at)
  const closer = open === OPEN_OBJECT ? '}' : ']'
  if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) return `a ${closer} is missing before this ${text.charAt(at)}`
  const what = code === QUOTE ? `the ${open === OPEN_OBJECT ? 'name or text' : 'text'} that begins here` : found(text, at)
  return `a comma is missing before ${what}`
}

const endWords = (depth: number): string => `the file ends too early: ${depth === 1 ? 'a bracket is' : `${depth} brackets are`} still open`

export function behindWords(text: string, at: number): string {
  const code = text.charCodeAt(at)
  if (code === CLOSE_OBJECT || code === CLOSE_ARRAY) return `there is one ${text.charAt(at)} too many`
  return `there is more text after the end of the document: ${found(text, at)}`
}

export function stringWords(text: string, at: number): string {
  if (at >= text.length) return 'a text begins here and never ends: a double quote is missing'
  const code = text.charCodeAt(at)
  if (isBreak(code)) return 'the line ends inside a text: a double quote is missing'
  if (code === TAB) return 'a tab inside a text must be written as \\t'
  return `a control character (code ${code}) is inside a text`
}

export function escapeWords(text: string, at: number): string {
  const code = text.charCodeAt(at + 1)
  if (Number.isNaN(code) || code === LF || code === CR) return 'the text ends behind a backslash: a double quote is missing'
  if (text.charAt(at + 1) === 'u') return 'behind \\u there must be four hexadecimal digits; a backslash in a path is written \\\\'
  return `\\${visible(text.charAt(at + 1))} means nothing in JSON; a backslash in a path is written \\\\`
}
