import { isUtf8 } from 'node:buffer'
import { closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'

/** Longest line that is read, in bytes: a value and a rationale of a MiB each, with every character escaped. */
const longestLine = 16 * 1024 * 1024

/** A line that cannot be read as text, with the reason as a clause. */
export class UnreadableLine extends Error {
  readonly line: number

  constructor(line: number, why: string) {
    super(why)
    this.name = 'UnreadableLine'
    this.line = line
  }
}

/** Hands each line of a file and its number to `each`, a piece of the file at a time. Blank lines are left out. Throws its own errors and those of the file system. */
export async function eachLine(path: string, each: (line: string, number: number) => Promise<void> | void): Promise<void> {
  let pieces: Buffer[] = []
  let [length, number] = [0, 0]
  const keep = (piece: Buffer): void => {
    pieces.push(piece)
    length += piece.length
    if (length > longestLine) throw new UnreadableLine(number + 1, `it is longer than ${longestLine} bytes`)
  }
  const take = async () => {
    const bytes = Buffer.concat(pieces)
    ;[pieces, length, number] = [[], 0, number + 1]
    if (!isUtf8(bytes)) throw new UnreadableLine(number, 'it is not UTF-8')
    const text = bytes.toString('utf8')
    // Editors and shells of Windows put a mark before the first line.
    const line = number === 1 ? text.replace(/^\uFEFF/, '') : text
    if (line.trim() !== '') await each(line.replace(/\r$/, ''), number)
  }
  for await (const read of createReadStream(path)) {
    const chunk = read as Buffer
    let from = 0
    for (let end = chunk.indexOf('\n'); end >= 0; end = chunk.indexOf('\n', from)) {
      keep(chunk.subarray(from, end))
      await take()
      from = end + 1
    }
    keep(chunk.subarray(from))
  }
  if (length > 0) await take()
}

/**
 * Writes lines to a file for its owner alone. Throws `EEXIST` for an existing file; `replace` puts the finished file in its place.
 * A failed write leaves nothing.
 */
export async function writeLines<T>(path: string, replace: boolean, fill: (write: (line: string) => void) => Promise<T>): Promise<T> {
  const target = replace ? `${path}.mcp-twin-new` : path
  if (replace) rmSync(target, { force: true })
  const file = openSync(target, 'wx', 0o600)
  try {
    const filled = await fill((line) => writeWhole(file, Buffer.from(`${line}\n`)))
    fsyncSync(file)
    closeSync(file)
    if (replace) renameSync(target, path)
    return filled
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}

function writeWhole(file: number, bytes: Buffer): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}
