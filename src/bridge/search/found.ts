import { limits } from '../limits.ts'

/** One line that ripgrep found. */
export interface Found {
  /** Relative to the folder searched. */
  readonly path: string
  /** `12: text`, `12- text` for a line around a hit, '' for a name. */
  readonly text: string
  readonly hit: boolean
  /** Where the line begins, in bytes, and its first bytes as they are. */
  readonly offset: number
  readonly raw: Buffer
}

const nothing = Buffer.alloc(0)
const cut = (line: string): string => (line.length > limits.searchLineCharacters ? `${line.slice(0, limits.searchLineCharacters)}…` : line)
const pathIn = (bytes: Buffer): string =>
  bytes
    .toString('utf8')
    .replace(/\r$/, '')
    .replace(/^\.[\\/]/, '')

/**
 * What a line of ripgrep's output says: `path NUL 12:345:text`, `path NUL 12-345-text` (line, offset), or a path alone
 * where only names are asked for. Null for `--` between groups. `file`: the one that is searched.
 */
export function readFound(line: Buffer, names: boolean, file: string | undefined): Found | null {
  const end = names ? line.length : line.indexOf(0)
  if (end < 0) return null
  const path = file ?? pathIn(line.subarray(0, end))
  const rest = line.subarray(end + 1)
  const [head, number, mark, offset] = /^(\d+)([:-])(\d+)\2/.exec(rest.toString('latin1', 0, 60)) ?? []
  if (head === undefined) return { path, text: '', hit: true, offset: 0, raw: nothing }
  const bytes = rest.subarray(head.length)
  return {
    path,
    text: `${number}${mark} ${cut(bytes.toString('utf8').replace(/\r$/, ''))}`,
    hit: mark === ':',
    offset: Number(offset),
    raw: Buffer.from(bytes.subarray(0, limits.searchLineCharacters)),
  }
}
