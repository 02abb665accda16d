import { limits } from '../limits.ts'

/** One line that ripgrep found. */
export interface Found {
  /** Relative to the folder searched. */
  readonly path: string
  /** `12: text`, `12- text` for a line around a hit, '' for a name. */
  readonly text: string
  readonly hit: boolean
  /** Where the shown part of the line begins, in bytes, and its first bytes as they are. */
  readonly offset: number
  readonly raw: Buffer
}

const nothing = Buffer.alloc(0)
const pathIn = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\.[\\/]/, '')

/** So much of a long line is shown in front of the hit, in bytes. */
const before = limits.searchLineCharacters / 4

/** The beginning of a character at or behind a place: UTF-8 begins none with the bits 10. */
function characterAt(bytes: Buffer, from: number): number {
  let at = from
  while (at < bytes.length && at < from + 4 && ((bytes[at] ?? 0) & 0xc0) === 0x80) at++
  return at
}

/** A line that is too long as its part around a place, cut between characters, and where that part begins. */
function partOf(line: Buffer, place: number): { text: string; from: number } {
  const most = limits.searchLineCharacters
  if (line.length <= most) return { text: line.toString('utf8'), from: 0 }
  const whole = line.length <= 4 * most ? line.toString('utf8') : null
  if (whole !== null && whole.length <= most) return { text: whole, from: 0 }
  const from = place <= before ? 0 : characterAt(line, Math.min(place - before, line.length - 1))
  const end = characterAt(line, Math.min(line.length, from + 4 * most))
  const read = line.toString('utf8', from, end)
  // Not between the two halves of a character beyond the first 65,536.
  const cut = /[\ud800-\udbff]/.test(read.charAt(most - 1)) ? most - 1 : most
  const more = read.length > cut || end < line.length
  return { text: `${from > 0 ? '…' : ''}${read.slice(0, cut)}${more ? '…' : ''}`, from }
}

/**
 * What ripgrep says of one line: `path NUL 12:7:345:text` (line, column, offset), `path NUL 12-345-text` for one around a hit,
 * or a path alone where only names are asked for. Null for anything else. `file`: the one that is searched.
 */
export function readFound(record: Buffer, names: boolean, file: string | undefined): Found | null {
  const end = names ? record.length : record.indexOf(0)
  if (end < 0) return null
  const path = file ?? pathIn(record.subarray(0, end))
  const rest = record.subarray(end + 1)
  const start = rest.toString('latin1', 0, 80)
  const [head, number, column, offset] = /^(\d+):(\d+):(\d+):/.exec(start) ?? []
  const [headAround, numberAround, offsetAround] = column === undefined ? (/^(\d+)-(\d+)-/.exec(start) ?? []) : []
  const length = head?.length ?? headAround?.length
  if (length === undefined) return { path, text: '', hit: true, offset: 0, raw: nothing }
  const whole = rest.subarray(length)
  const line = whole.at(-1) === 13 ? whole.subarray(0, -1) : whole
  const part = partOf(line, column === undefined ? 0 : Number(column) - 1)
  return {
    path,
    text: head === undefined ? `${numberAround}- ${part.text}` : `${number}: ${part.text}`,
    hit: head !== undefined,
    offset: Number(offset ?? offsetAround) + part.from,
    raw: Buffer.from(whole.subarray(part.from, part.from + limits.searchLineCharacters)),
  }
}
