import { limits } from '../base/limits.ts'
import { escaped } from '../base/text.ts'
import { beyondAscii } from './encoding.ts'

const blanks = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g
const nothing = /[\p{Default_Ignorable_Code_Point}\u200e\u200f\u2028-\u202e]/gu

/** A text as it looks: forms of one letter, kinds of blanks and what has no width make no difference. */
const look = (text: string): string => text.replace(nothing, '').replace(blanks, ' ').normalize('NFC')

/** True when people would not see how two pieces differ, or could not tell to what a piece belongs. */
export const looksAlike = (one: string, other: string): boolean =>
  look(one) === look(other) || [one, other].some((piece) => /^\p{M}/u.test(piece))

/** Every character beyond ASCII as an escape. */
export const escapes = (text: string): string => text.replace(/[^\0-\x7f]/g, escaped)

/** Where a text stands that looks like the wanted one; null when there is none, or neither has more than ASCII. */
export function lookalike(text: string, wanted: string): { line: number; text: string } | null {
  if (text.length > limits.nearMissCharacters || !(beyondAscii(text) || beyondAscii(wanted))) return null
  const [seen, asked] = [look(text), look(wanted)]
  const at = asked === '' ? -1 : seen.indexOf(asked)
  if (at === -1) return null
  const line = seen.slice(0, at).split('\n').length
  const window = text
    .split('\n')
    .slice(line - 1, line - 1 + wanted.split('\n').length)
    .join('\n')
  return { line, text: window.length > longestWindow ? window : partThatLooks(window, asked) }
}

/** More is not taken apart into what people see as characters. */
const longestWindow = 64 * 1024

/** The part of a text that looks like `asked`, by whole characters as people see them. */
function partThatLooks(text: string, asked: string): string {
  const begins = look(text).indexOf(asked)
  let seen = 0
  let part = ''
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    if (seen >= begins && seen < begins + asked.length) part += segment
    seen += look(segment).length
  }
  return part
}
