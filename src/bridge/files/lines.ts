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
  /** More of what was asked for follows, beyond the limit of one answer. */
  readonly cut: boolean
  /** Lines in `bytes`, the last one counted even without its end. */
  readonly lines: number
  /** Number of the first line: from 0, or negative when it was counted from the end. */
  readonly first: number
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

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return bytes.length > 0 && bytes[bytes.length - 1] !== NEWLINE ? count + 1 : count
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

/** Lines of an open file of `size` bytes: `offset` lines skipped (or so many from the end), at most `limit` of them; `margin`: bytes on either side. */
export async function readLines(
  handle: FileHandle,
  size: number,
  offset: number,
  limit: number | undefined,
  { now, margin }: { readonly now: () => number; readonly margin: number },
): Promise<Slice> {
  const tail = offset < 0 ? await tailPosition(handle, size, -offset, now) : null
  const { position, total } = offset < 0 ? { position: tail ?? 0, total: 0 } : await positionOf(handle, offset, now)
  const bytes = await readAt(handle, position, Math.min(limits.readText + 1, Math.max(0, size - position)))
  const wanted = limit === undefined ? bytes.length : endOfLines(bytes, limit)
  const cut = wanted > limits.readText
  const kept = bytes.subarray(0, cut ? wholeEnd(bytes, limits.readText) : wanted)
  const [before, end] = [Math.max(0, position - margin), position + kept.length]
  return {
    bytes: kept,
    before: await readAt(handle, before, position - before),
    after: await readAt(handle, end, Math.max(0, Math.min(margin, size - end))),
    cut,
    lines: countLines(kept),
    first: offset < 0 && tail === null ? 0 : offset,
    beyond: bytes.length === 0 && offset > 0 ? total : null,
  }
}

/** A cut falls after the last whole line, or where one line is longer than everything, between two characters. */
function wholeEnd(bytes: Buffer, most: number): number {
  const line = bytes.lastIndexOf(NEWLINE, most - 1)
  if (line > 0) return line + 1
  let end = most
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end--
  return end
}
