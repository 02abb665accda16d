import { withoutHidden } from '../../model/hidden.ts'
import { limits } from './limits.ts'

/** One line of a log: control characters as visible escapes, cut at the limit. */
export function oneLine(text: string): string {
  const short = text.length > limits.lineCharacters ? `${text.slice(0, limits.lineCharacters)}…` : text
  return inOneLine(short)
}

/** Line breaks and tabs as escapes too: what can forge a line, or hide in one. */
const inOneLine = (text: string): string => withoutHidden(text).replace(/[\n\t]/g, escaped)

/** Whether something in a text could forge a line or hide in one. */
export const hides = (text: string): boolean => inOneLine(text) !== text

/** One UTF-16 unit as JSON writes it. */
export const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`

/** A file name for a line of text: as it is, or as JSON writes it where a character in it could forge a line or hide. */
export const inName = (name: string): string => (!hides(name) ? name : withoutHidden(JSON.stringify(name)))

/** A text for a model, with escapes for invisible characters, which could hide words in a description. */
export const visible = (text: string): string => withoutHidden(text.replaceAll('\r\n', '\n'))

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const control = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g

/**
 * A line of a file, with escapes for what would end the line or move a terminal's cursor. Tabs, and characters that right-to-left
 * scripts need, stay.
 */
export const inLine = (text: string): string => text.replace(control, escaped)

/** A refusal, which may have several lines, with escapes for what a terminal would act upon or not show. */
export const inText = withoutHidden

/** True when a cut before `at` would part the two halves of one character. */
export const partsOne = (text: string, at: number): boolean => isHalf(text, at - 1, 0xd800) && isHalf(text, at, 0xdc00)

const isHalf = (text: string, at: number, kind: number): boolean => (text.charCodeAt(at) & 0xfc00) === kind

/** Where a text of at most `most` UTF-16 units ends, so that no character is parted. */
export const cutAt = (text: string, most: number): number => (partsOne(text, most) ? most - 1 : most)

/** The beginning of a text, at most `most` UTF-16 units, without half a character at its end. */
export const cut = (text: string, most: number): string => text.slice(0, cutAt(text, most))
