import { cut, inLine } from './text.ts'

/**
 * Every line break that a terminal, or a model that has read many of them, might take for one: those of Unicode (UAX 14, classes BK,
 * CR, LF and NL) and the separators that Python's `splitlines` breaks at too.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const lineBreak = /\r\n|[\n\v\f\r\u001c-\u001e\u0085\u2028\u2029]/

/** The text of somebody else, every line begun with `> `, so that none of them passes for one of ours. It follows a line that says whose it is. */
export const quote = (text: string): string =>
  text
    .split(lineBreak)
    .map((line) => `> ${line}`)
    .join('\n')

/** The message of somebody else, after a colon of ours: as it is where it is one line, else quoted below. */
export const afterColon = (text: string): string => (lineBreak.test(text) ? `\n${quote(text)}` : ` ${text}`)

/** A title of somebody else inside a line of ours: in quotation marks, as JSON writes it. */
export const inQuotes = (text: string): string => inLine(JSON.stringify(text))

/**
 * A name of somebody else inside a line of ours: as it is where it is one plain word, such as `claude-code`; otherwise in
 * quotation marks, as JSON writes it, so that what it says is not read as ours.
 */
export const quoteInLine = (text: string): string => (/^[\p{L}\p{N}][\p{L}\p{N}._:@+-]*$/u.test(text) ? text : inQuotes(text))

/** Of a text in a line of ours: enough to know it again. */
const shortUnits = 80

/** The beginning of somebody else's text inside a line of ours, in quotation marks. */
export const inShort = (text: string): string => `${inQuotes(cut(text, shortUnits))}${text.length > shortUnits ? '…' : ''}`

/** A program in a line, with its machine where that is another one. */
export const programWords = (client: string, machine: string | null | undefined): string =>
  `${quoteInLine(client)}${machine == null ? '' : ` on ${quoteInLine(machine)}`}`
