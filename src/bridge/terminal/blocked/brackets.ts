import { Unreadable } from './word.ts'

/** The closing bracket that belongs to the opening one at `from`; quotes and escapes in between are stepped over. */
export function matching(text: string, from: number, open: string, close: string): number {
  let depth = 0
  for (let at = from; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at++
    else if (character === "'" && close === ')') at = closingSingle(text, at)
    else if (character === '"') at = closingDouble(text, at)
    else if (character === open) depth++
    else if (character === close && --depth === 0) return at
  }
  throw new Unreadable('a bracket is not closed')
}

function closingSingle(text: string, from: number): number {
  const end = text.indexOf("'", from + 1)
  if (end === -1) throw new Unreadable('a quote is not closed')
  return end
}

function closingDouble(text: string, from: number): number {
  for (let at = from + 1; at < text.length; at++) {
    if (text[at] === '\\') at++
    else if (text[at] === '$' && text[at + 1] === '(') at = matching(text, at + 1, '(', ')')
    else if (text[at] === '"') return at
  }
  throw new Unreadable('a quote is not closed')
}

/** Whether braces in a word stand for several words, `{a,b}` or `{1..3}`. In one pass: a word may be very long. */
export function expandsBraces(word: string): boolean {
  let several: boolean | null = null
  for (let at = 0; at < word.length; at++) {
    const character = word[at]
    if (character === '{') several = false
    else if (character === '}') {
      if (several) return true
      several = null
    } else if (several === false && (character === ',' || (character === '.' && word[at + 1] === '.'))) several = true
  }
  return false
}
