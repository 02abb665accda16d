import type { FileHandle } from 'node:fs/promises'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'

const CHUNK = 256 * 1024
const NEWLINE = 10

export interface Slice {
  readonly bytes: Buffer
  /** What surrounds them: a key that the slice cuts is recognised only as a whole. */
  readonly before: Buffer
  readonly after: Buffer
  /** Number of the first line, from 0; null: the file is too long for it to be known. */
  readonly first: number | null
  /** Lines of the file, the last one counted even without its end; null: too many to be counted. */
  readonly total: number | null
  /** The last line goes on behind the slice. */
  readonly parted: boolean
  /** All lines of the file, where nothing is left after those that were skipped; null otherwise. */
  readonly beyond: number | null
}

/** How many of `bytes` belong to the first `lines` lines; all of them when there are fewer. */
function endOfLines(bytes: Buffer, lines: number): number {
  let at = -1
  for (let left = lines; left > 0; left--) {
    at = bytes.indexOf(NEWLINE, at + 1)
    if (at === -1) return bytes.length
  }
  return at + 1
}

function lineEnds(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}

/** Ends of lines between two positions; null where there is more than is counted. */
async function lineEndsBetween(handle: FileHandle, from: number, to: number): Promise<number | null> {
  if (to - from > limits.readCounted) return null
  let count = 0
  for (let position = from; position < to; position += CHUNK)
    count += lineEnds(await readAt(handle, position, Math.min(CHUNK, to - position)))
  return count
}

async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(length)
  let filled = 0
  while (filled < length) {
    const { bytesRead } = await handle.read(buffer, filled, length - filled, position + filled)
    if (bytesRead === 0) break
    filled += bytesRead
  }
  return buffer.subarray(0, filled)
}

/** Where line `wanted` (from 0) begins, or the end and how many lines there are. Looks for a bounded time: a file of many gigabytes is not read to its end. */
async function positionOf(handle: FileHandle, wanted: number, now: () => number): Promise<{ position: number; total: number }> {
  const until = now() + limits.readSeekMs
  let left = wanted
  let open = false
  for (let position = 0; ; ) {
    if (left === 0) return { position, total: wanted }
    const chunk = await readAt(handle, position, CHUNK)
    if (chunk.length === 0) return { position, total: wanted - left + (open ? 1 : 0) }
    let at = -1
    while (left > 0) {
      const next = chunk.indexOf(NEWLINE, at + 1)
      if (next === -1) break
      at = next
      left--
    }
    if (left === 0) return { position: position + at + 1, total: wanted }
    open = chunk.at(-1) !== NEWLINE
    position += chunk.length
    if (now() > until) throw tooFar(`Line ${wanted}`, 'count from the end with a negative offset')
  }
}

/** Where the last `count` lines begin; null when there are fewer. Looks for a bounded time too. */
async function tailPosition(handle: FileHandle, size: number, count: number, now: () => number): Promise<number | null> {
  const until = now() + limits.readSeekMs
  let left = count
  // A line end at the very end closes the last line and opens none.
  for (let end = size, last = true; end > 0; ) {
    const start = Math.max(0, end - CHUNK)
    const chunk = await readAt(handle, start, end - start)
    let at = chunk.length
    if (last && chunk[at - 1] === NEWLINE) at--
    last = false
    while (at > 0) {
      at = chunk.lastIndexOf(NEWLINE, at - 1)
      if (at === -1) break
      left--
      if (left === 0) return start + at + 1
    }
    end = start
    if (end > 0 && now() > until) throw tooFar(`Line ${-count}`, 'a smaller negative offset')
  }
  return null
}

const tooFar = (line: string, instead: string): Error =>
  failed(`${line} was not reached within ${limits.readSeekMs / 1000} s; use search_text, or ${instead}.`)

/** Lines of an open file of `size` bytes: `offset` lines skipped (or so many from the end), at most `limit` of them; `margin`: bytes on either side; `most`: bytes of an answer. */
export async function readLines(
  handle: FileHandle,
  size: number,
  offset: number,
  limit: number | undefined,
  { now, margin, most }: { readonly now: () => number; readonly margin: number; readonly most: number },
): Promise<Slice> {
  const tail = offset < 0 ? await tailPosition(handle, size, -offset, now) : null
  const { position, total } = offset < 0 ? { position: tail ?? 0, total: 0 } : await positionOf(handle, offset, now)
  const bytes = await readAt(handle, position, Math.min(most + 1, Math.max(0, size - position)))
  const wanted = limit === undefined ? bytes.length : endOfLines(bytes, limit)
  const kept = bytes.subarray(0, wanted > most ? wholeEnd(bytes, most) : wanted)
  const [before, end] = [Math.max(0, position - margin), position + kept.length]
  return {
    bytes: kept,
    before: await readAt(handle, before, position - before),
    after: await readAt(handle, end, Math.max(0, Math.min(margin, size - end))),
    ...(await counted(handle, size, position, offset < 0 ? null : offset)),
    parted: kept.length > 0 && kept.at(-1) !== NEWLINE && end < size,
    beyond: bytes.length === 0 && offset > 0 ? total : null,
  }
}

/** The number of the line that begins at `position`, where it is not known, and how many lines there are. */
async function counted(handle: FileHandle, size: number, position: number, known: number | null): Promise<Pick<Slice, 'first' | 'total'>> {
  const first = known ?? (await lineEndsBetween(handle, 0, position))
  const rest = await lineEndsBetween(handle, position, size)
  const isOpen = size > 0 && (await readAt(handle, size - 1, 1))[0] !== NEWLINE
  return { first, total: first === null || rest === null ? null : first + rest + (isOpen ? 1 : 0) }
}

/** A cut falls after the last whole line, or where one line is longer than everything, between two characters. */
function wholeEnd(bytes: Buffer, most: number): number {
  const line = bytes.lastIndexOf(NEWLINE, most - 1)
  if (line > 0) return line + 1
  let end = most
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return end
}
