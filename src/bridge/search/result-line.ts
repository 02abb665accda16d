import { cutAt } from '../base/text.ts'
import { limits } from '../base/limits.ts'

/** One line that ripgrep found. */
export interface ResultLine {
  /** Relative to the folder searched. */
  readonly path: string
  /** `12: text`, `12- text` for a line around a hit, '' for a name. */
  readonly text: string
  /** For a line that is shown in part: a wider piece of it and where the shown characters are in that; null for any other line. */
  readonly part: { readonly wide: string; readonly from: number; readonly to: number; readonly begins: boolean } | null
  readonly hit: boolean
  /** Where the shown part of the line begins, in bytes, and its first bytes as they are. */
  readonly offset: number
  readonly raw: Buffer
}

const nothing = Buffer.alloc(0)
const pathIn = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\.[\\/]/, '')

/** How many bytes of a long line are shown before the hit. */
const before = limits.searchLineCharacters / 4

/** The beginning of a character at or behind a place: UTF-8 begins none with the bits 10. */
function characterAt(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && at < from + 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return at
}

/**
 * A line, or when it is too long its part around a place, cut between characters; `start` is the byte where that begins.
 * `margin`: so many characters on both sides are kept, since a key that reaches into the part is known by the whole of it.
 */
function shownOf(line: Buffer, place: number, margin: number): Pick<ResultLine, 'text' | 'part'> & { start: number } {
  const most = limits.searchLineCharacters
  const whole = line.length <= 4 * most ? line.toString('utf8') : null
  if (whole !== null && whole.length <= most) return { text: whole, part: null, start: 0 }
  const start = place <= before ? 0 : characterAt(line, Math.min(place - before, line.length - 1))
  const end = characterAt(line, Math.min(line.length, start + 4 * most))
  const lead = line.toString('utf8', characterAt(line, Math.max(0, start - 3 * margin)), start)
  const rest = line.toString('utf8', start, characterAt(line, Math.min(line.length, end + 3 * margin)))
  const cut = cutAt(rest, most)
  const text = `${start > 0 ? '…' : ''}${rest.slice(0, cut)}${rest.length > cut ? '…' : ''}`
  return { text, start, part: { wide: lead + rest, from: lead.length, to: lead.length + Math.min(cut, rest.length), begins: start === 0 } }
}

/**
 * What ripgrep says of one line: `path NUL 12:7:345:text` (line, column, offset), `path NUL 12-345-text` for one around a hit,
 * or a path alone where only names are asked for. Null for anything else. `file`: the one that is searched.
 */
export function readResultLine(record: Buffer, names: boolean, file: string | undefined, margin = 0): ResultLine | null {
  const end = names ? record.length : record.indexOf(0)
  if (end < 0) return null
  const path = file ?? pathIn(record.subarray(0, end))
  const rest = record.subarray(end + 1)
  const start = rest.toString('latin1', 0, 80)
  const [head, number, column, offset] = /^(\d+):(\d+):(\d+):/.exec(start) ?? []
  const [headAround, numberAround, offsetAround] = column === undefined ? (/^(\d+)-(\d+)-/.exec(start) ?? []) : []
  const length = head?.length ?? headAround?.length
  if (length === undefined) return { path, text: '', part: null, hit: true, offset: 0, raw: nothing }
  const whole = rest.subarray(length)
  const line = whole.at(-1) === 13 ? whole.subarray(0, -1) : whole
  const { text, part, start: from } = shownOf(line, column === undefined ? 0 : Number(column) - 1, margin)
  return {
    path,
    ...{ text: head === undefined ? `${numberAround}- ${text}` : `${number}: ${text}`, part, hit: head !== undefined },
    offset: Number(offset ?? offsetAround) + from,
    raw: Buffer.from(whole.subarray(from, from + limits.searchLineCharacters)),
  }
}

/** Returns the shown part of a line; `clean` returns a part of a text without keys, also without its part of a key that reaches beyond it. */
export function shownText({ text, part }: ResultLine, clean: (wide: string, from: number, to: number) => string): string {
  if (part === null) return text
  const { wide, from, to, begins } = part
  const number = /^\d+[:-] /.exec(text)?.[0] ?? ''
  return `${number}${begins ? '' : '…'}${clean(wide, from, to)}${to < wide.length ? '…' : ''}`
}
