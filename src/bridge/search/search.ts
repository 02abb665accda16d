import { type ChildProcess, spawn } from 'node:child_process'
import { limits } from '../base/limits.ts'
import { inLine } from '../base/text.ts'
import { memoryOf } from '../base/proc.ts'
import { Complaints } from './complaints.ts'
import type { Confirming } from './confirming.ts'
import { type ResultLine, readResultLine } from './result-line.ts'
import { Records } from './records.ts'

/** Why a search was ended before it was over. */
export type StopReason = 'time' | 'person' | 'memory' | 'ignore file'

export interface Page {
  readonly found: readonly ResultLine[]
  /** ResultLine, but not there any more when it was to be shown. */
  readonly gone: number
  /** Nothing more will come. */
  readonly done: boolean
}

interface SearchPlan {
  readonly program: string
  readonly args: readonly string[]
  /** Only names are asked for. */
  readonly names: boolean
  /** ripgrep runs here and its globs and paths are relative to it. */
  readonly folder: string
  /** The one file that is searched, open, as its third descriptor, and its name; null: a folder. */
  readonly file: { readonly fd: number; readonly name: string } | null
  /** Whether a found path, relative to `folder`, was asked for and may be shown. */
  readonly mayShow: (path: string) => boolean
  /** Characters kept on both sides of what is shown of a long line. */
  readonly margin: number
  /** Looks at once more what is about to be shown; null where nothing could have come in between. */
  readonly confirm: Confirming | null
  readonly now: () => number
  /** Looks for a file that ripgrep would not come to an end with, until the signal; null: there is none, or nothing to look for. */
  readonly endless: (signal: AbortSignal) => Promise<string | null>
  /** Called once, when ripgrep has ended and its last page was read, or the search was dropped. */
  readonly release: () => void
}

/** Characters that something found takes, also those that are kept to know keys by. */
const sizeOf = ({ path, text, part }: ResultLine): number => path.length + text.length + (part?.wide.length ?? 0)

/** A running ripgrep, with its results until they are asked for; a full buffer pauses it. */
export class Search {
  private readonly child: ChildProcess
  private readonly plan: SearchPlan
  private readonly found: ResultLine[] = []
  private size = 0
  readonly complaints = new Complaints()
  private readonly records: Records
  private readonly confirm: Confirming | null
  private readonly sure = new WeakMap<ResultLine, boolean>()
  private confirmed = 0
  private askers = 0
  private ended = false
  private readonly over = new AbortController()
  private released = false
  private wake: () => void = () => undefined
  private readonly timer: NodeJS.Timeout
  private readonly memoryTimer: NodeJS.Timeout
  private last = { path: '', shown: false }
  /** When somebody last asked for results. */
  asked: number
  stopped: StopReason | null = null
  /** The file because of which it was stopped. */
  stoppedBy: string | null = null
  /** Lines that were too long to be read. */
  tooLong = 0
  /** Where the one file that is searched turns out to be binary; null: nowhere. */
  binaryFrom: number | null = null

  constructor(plan: SearchPlan) {
    this.plan = plan
    this.confirm = plan.confirm
    this.asked = plan.now()
    // ripgrep needs nothing of our environment.
    this.child = spawn(plan.program, [...plan.args], {
      cwd: plan.folder,
      env: {},
      stdio: ['ignore', 'pipe', 'pipe', ...(plan.file === null ? [] : [plan.file.fd])],
      windowsHide: true,
    })
    this.records = new Records(plan.names, {
      record: (bytes) => this.add(readResultLine(bytes, plan.names, plan.file?.name, plan.margin)),
      tooLong: () => this.tooLong++,
      binary: (offset) => {
        this.binaryFrom = offset
      },
    })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.records.push(chunk)
      if (this.full()) this.child.stdout?.pause()
      this.wake()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => this.complaints.push(chunk.toString('utf8')))
    this.child.on('error', () => {
      this.complaints.push('cannot be started\n')
      this.end()
    })
    this.child.on('close', () => this.end())
    this.timer = setTimeout(() => this.stop('time'), limits.searchTotalMs)
    this.timer.unref()
    this.memoryTimer = setInterval(() => {
      if (memoryOf(this.child.pid) > limits.searchMemory) this.stop('memory')
    }, limits.searchMemoryEveryMs)
    this.memoryTimer.unref()
    void plan.endless(this.over.signal).then((file) => {
      if (file === null) return
      this.stoppedBy = file
      this.stop('ignore file')
    })
  }

  /** At most `most` hits; waits until there are so many, the search is over, or `waitMs` have passed. */
  async page(most: number, waitMs: number, signal: AbortSignal): Promise<Page> {
    this.asked = this.plan.now()
    const until = this.plan.now() + waitMs
    this.askers++
    await this.waitWhile(() => this.hits() < most, until, signal)
    // Whether a full page is the last one is mostly known a moment later.
    await this.waitWhile(() => this.hits() === most, Math.min(until, this.plan.now() + limits.searchLastMs), signal)
    this.askers--
    const { found, gone } = this.taken(most)
    this.size = this.found.reduce((sum, found) => sum + sizeOf(found), 0)
    this.child.stdout?.resume()
    const done = this.ended && this.found.length === 0
    if (done) this.release()
    return { found, gone, done }
  }

  /** Somebody is waiting for a page. */
  get busy(): boolean {
    return this.askers > 0
  }

  /** Waits until something no longer holds, the search is over, it waits itself to be taken from, or the time has come. */
  private async waitWhile(holds: () => boolean, until: number, signal: AbortSignal): Promise<void> {
    while (!this.ended && !this.full() && holds() && this.plan.now() < until && !signal.aborted)
      await this.changed(until - this.plan.now(), signal)
  }

  private full(): boolean {
    return this.size > limits.searchBuffer
  }

  /** The next hits with the lines around them, each confirmed. */
  private taken(most: number): { found: ResultLine[]; gone: number } {
    const found: ResultLine[] = []
    let gone = 0
    let bytes = 0
    for (let hits = 0; this.found.length > 0; ) {
      if (this.found[0]?.hit && (hits >= most || bytes > limits.searchPageBytes)) break
      const next = this.found.shift()
      if (next === undefined) break
      if (!(this.sure.get(next) ?? this.shows(next))) gone++
      else {
        bytes += Buffer.byteLength(inLine(next.text)) + (next.path === found.at(-1)?.path ? 0 : Buffer.byteLength(next.path)) + 4
        found.push(next)
        if (next.hit) hits++
      }
    }
    this.confirm?.close()
    return { found, gone }
  }

  private shows(found: ResultLine): boolean {
    return this.confirm?.shows(found) ?? true
  }

  /** StopReason ripgrep did not take the search; '' when it did: it ends with 0 or 1 then, or was ended. */
  get trouble(): string {
    return this.child.exitCode === 0 || this.child.exitCode === 1 ? '' : this.complaints.text
  }

  /** Ends it; what it found until now can still be taken. */
  stop(why: StopReason): void {
    if (this.ended) return
    this.stopped = why
    this.over.abort()
    this.child.kill('SIGKILL')
  }

  /** Ends it, and nothing of it will be asked for any more. */
  drop(why: StopReason): void {
    this.stop(why)
    this.release()
  }

  private release(): void {
    if (this.released) return
    this.released = true
    this.confirm?.close()
    this.plan.release()
  }

  private hits(): number {
    return this.found.reduce((sum, { hit }) => sum + (hit ? 1 : 0), 0)
  }

  private changed(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.wake = () => undefined
        resolve()
      }
      const timer = setTimeout(done, Math.max(1, ms))
      signal.addEventListener('abort', done, { once: true })
      this.wake = done
    })
  }

  private add(found: ResultLine | null): void {
    if (found === null || this.released) return
    if (found.path !== this.last.path) this.last = { path: found.path, shown: this.plan.mayShow(found.path) }
    if (!this.last.shown) return
    this.found.push(found)
    // The first ones are looked at while ripgrep is still at work on the rest.
    if (this.confirmed < limits.searchConfirmed) this.sure.set(found, this.shows(found))
    this.confirmed++
    this.size += sizeOf(found)
  }

  private end(): void {
    if (this.ended) return
    this.records.end()
    this.complaints.end()
    this.ended = true
    this.over.abort()
    clearTimeout(this.timer)
    clearInterval(this.memoryTimer)
    this.wake()
  }
}
