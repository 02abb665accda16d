import { limits } from './limits.ts'

/** Line breaks, escapes, bidirectional overrides and zero-width characters: what can forge a line or hide in one. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const hidden = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

/** One line of a log: control characters as visible escapes, cut at the limit. */
export function oneLine(text: string): string {
  const short = text.length > limits.lineCharacters ? `${text.slice(0, limits.lineCharacters)}…` : text
  return short.replace(hidden, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)
}
