import { open } from 'node:fs/promises'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import type { LogFile } from './find.ts'

/** Most bytes read at once from a log that grew: the rest follows with the next poll. */
const AT_ONCE = 1024 * 1024
const TAIL_BYTES = 128 * 1024

/** Reads bytes of a file from an offset. The System port reads whole files, and a log may have gigabytes. */
async function readFrom(path: ReachablePath, from: number, most: number): Promise<{ bytes: Buffer; size: number; inode: string }> {
  const file = await open(path, 'r')
  try {
    const stats = await file.stat({ bigint: true })
    const size = Number(stats.size)
    const bytes = Buffer.alloc(Math.max(0, Math.min(most, size - from)))
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from)
    return { bytes: bytes.subarray(0, bytesRead), size, inode: `${stats.dev}:${stats.ino}` }
  } finally {
    await file.close()
  }
}

/** Returns whether a file was removed or may not be read. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'ESTALE', 'EISDIR'].includes(String(error.code))

/** Reads a log onwards from the last position. */
export class Tail {
  readonly path: ReachablePath
  #at = 0
  #inode = ''
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: ReachablePath) {
    this.path = path
  }

  /** Returns the last lines. `begun`: also a last line without a newline, which may be a server's last message. */
  async last(count: number, begun: boolean): Promise<string[]> {
    try {
      const { size } = await readFrom(this.path, 0, 0)
      const from = Math.max(0, size - TAIL_BYTES)
      const { bytes, inode } = await readFrom(this.path, from, TAIL_BYTES)
      this.#inode = inode
      const first = from === 0 ? 0 : bytes.indexOf(10) + 1
      this.#at = from + first
      const lines = this.#take(bytes.subarray(first))
      return [...lines, ...(begun && this.#rest.length > 0 ? [this.#rest.toString('utf8')] : [])].slice(-count || Infinity)
    } catch (error) {
      if (isGone(error)) return []
      throw error
    }
  }

  /** Returns the complete lines since the last call. A log that was truncated or replaced is read from its beginning. */
  async more(): Promise<string[]> {
    try {
      let read = await readFrom(this.path, this.#at, AT_ONCE)
      const before: string[] = []
      if (read.size < this.#at || (this.#inode !== '' && read.inode !== this.#inode)) {
        if (read.inode !== this.#inode) before.push(...(await this.#putAside()))
        this.#at = 0
        this.#rest = Buffer.alloc(0)
        read = await readFrom(this.path, 0, AT_ONCE)
      }
      this.#inode = read.inode
      return [...before, ...this.#take(read.bytes)]
    } catch (error) {
      if (isGone(error)) return []
      throw error
    }
  }

  /** The last lines of the log that was here before, if it was rotated to `.1`. */
  async #putAside(): Promise<string[]> {
    const lines: string[] = []
    try {
      for (;;) {
        const { bytes, inode } = await readFrom(reachable(`${this.path}.1`), this.#at, AT_ONCE)
        if (inode !== this.#inode || bytes.length === 0) return lines
        lines.push(...this.#take(bytes))
      }
    } catch (error) {
      if (isGone(error)) return lines
      throw error
    }
  }

  #take(bytes: Buffer): string[] {
    this.#at += bytes.length
    const all = Buffer.concat([this.#rest, bytes])
    const end = all.lastIndexOf(10) + 1
    this.#rest = Buffer.from(all.subarray(end))
    // Limits the memory for a line without an end.
    if (this.#rest.length > AT_ONCE) this.#rest = Buffer.alloc(0)
    return end === 0 ? [] : all.toString('utf8', 0, end - 1).split('\n')
  }
}

/** No change events across the border (microsoft/WSL#4739), so files are polled. */
const LOOK_MS = 300
/** New sessions start new files. */
const SEARCH_MS = 3000

/** Passes every new line of one log to `report`, until `signal`. */
export async function followLog(tail: Tail, signal: AbortSignal, report: (line: string) => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    await pause(LOOK_MS, signal)
    for (const line of await tail.more()) await report(line)
  }
}

/** Passes every new line of these logs, and of logs that appear later, to `report`, until `signal`. */
export async function followLogs(
  system: System,
  tails: Map<string, { readonly log: LogFile; readonly tail: Tail }>,
  search: () => Promise<readonly LogFile[]>,
  report: (log: LogFile, line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let searched = system.now()
  while (!signal.aborted) {
    await pause(LOOK_MS, signal)
    if (system.now() - searched > SEARCH_MS) {
      for (const log of await search()) if (!tails.has(log.here)) tails.set(log.here, { log, tail: new Tail(log.here) })
      searched = system.now()
    }
    for (const { log, tail } of tails.values()) for (const line of await tail.more()) report(log, line)
  }
}
