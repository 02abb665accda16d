import { open } from 'node:fs/promises'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { pause } from '../machine/pause.ts'
import type { Log } from './find.ts'

/** Read at once from a log that grew: the rest comes with the next look. */
const AT_ONCE = 1024 * 1024
const TAIL_BYTES = 128 * 1024

/** Bytes of a file from a place on. The port reads files whole, and a log may have gigabytes. */
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

/** It went away, or may not be read: then it has nothing to say. */
const isGone = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && ['ENOENT', 'EACCES', 'EPERM', 'EBUSY', 'ESTALE', 'EISDIR'].includes(String(error.code))

/** A log that is read on from where it was left. */
export class Tail {
  readonly path: ReachablePath
  #at = 0
  #inode = ''
  #rest: Buffer = Buffer.alloc(0)

  constructor(path: ReachablePath) {
    this.path = path
  }

  /** The last lines, and from now on what comes behind them. `begun`: also one without an end, which may be a server's last word. */
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

  /** Whole lines that came since the last look. A log that was cut or replaced is read from its beginning. */
  async more(): Promise<string[]> {
    try {
      let read = await readFrom(this.path, this.#at, AT_ONCE)
      if (read.size < this.#at || (this.#inode !== '' && read.inode !== this.#inode)) {
        this.#at = 0
        this.#rest = Buffer.alloc(0)
        read = await readFrom(this.path, 0, AT_ONCE)
      }
      this.#inode = read.inode
      return this.#take(read.bytes)
    } catch (error) {
      if (isGone(error)) return []
      throw error
    }
  }

  #take(bytes: Buffer): string[] {
    this.#at += bytes.length
    const all = Buffer.concat([this.#rest, bytes])
    const end = all.lastIndexOf(10) + 1
    this.#rest = Buffer.from(all.subarray(end))
    // A line without an end is not kept for ever.
    if (this.#rest.length > AT_ONCE) this.#rest = Buffer.alloc(0)
    return end === 0 ? [] : all.toString('utf8', 0, end - 1).split('\n')
  }
}

/** Files on the other side tell nobody that they grew (microsoft/WSL#4739), so that all are asked. */
const LOOK_MS = 300
/** New sessions begin new files. */
const SEARCH_MS = 3000

/** Tells every new line of these logs, and of those that appear later, until `signal`. `tails` are read on from where they are. */
export async function followLogs(
  system: System,
  tails: Map<string, { readonly log: Log; readonly tail: Tail }>,
  search: () => Promise<readonly Log[]>,
  told: (log: Log, line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  let searched = system.now()
  while (!signal.aborted) {
    await pause(LOOK_MS, signal)
    if (system.now() - searched > SEARCH_MS) {
      for (const log of await search()) if (!tails.has(log.here)) tails.set(log.here, { log, tail: new Tail(log.here) })
      searched = system.now()
    }
    for (const { log, tail } of tails.values()) for (const line of await tail.more()) told(log, line)
  }
}
