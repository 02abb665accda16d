import { type ChildProcess, spawn } from 'node:child_process'
import { limits } from '../limits.ts'
import { LineReader } from '../transports/lines.ts'

/** One line that ripgrep found. */
export interface Found {
  /** Relative to the folder searched. */
  readonly path: string
  /** `12: text`, `12- text` for a line around a hit, '' for a name. */
  readonly text: string
  readonly hit: boolean
}

export interface Page {
  readonly found: readonly Found[]
  /** Nothing more will come. */
  readonly done: boolean
}

export interface SearchPlan {
  readonly program: string
  readonly args: readonly string[]
  /** Only names are asked for. */
  readonly names: boolean
  /** ripgrep runs here and its globs and paths are relative to it. */
  readonly folder: string
  /** Whether a found path, relative to `folder`, may be shown. */
  readonly mayShow: (path: string) => boolean
  readonly now: () => number
}

const cut = (line: string): string => (line.length > limits.searchLineCharacters ? `${line.slice(0, limits.searchLineCharacters)}…` : line)

/** A running ripgrep. What it finds waits here until it is taken; ripgrep waits too when too much does. */
export class Search {
  private readonly child: ChildProcess
  private readonly plan: SearchPlan
  private readonly found: Found[] = []
  private size = 0
  private complaint = ''
  private ended = false
  private wake: () => void = () => undefined
  private readonly timer: NodeJS.Timeout
  private last = { path: '', shown: false }
  /** When somebody last asked for results. */
  asked: number
  stopped: 'time' | 'person' | null = null

  constructor(plan: SearchPlan) {
    this.plan = plan
    this.asked = plan.now()
    // Nothing of our environment goes along; ripgrep needs none of it.
    this.child = spawn(plan.program, [...plan.args], { cwd: plan.folder, env: {}, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true })
    const reader = new LineReader({ line: (bytes) => this.take(bytes), tooLong: () => undefined })
    this.child.stdout?.on('data', (chunk: Buffer) => {
      reader.push(chunk)
      if (this.size > limits.searchBuffer) this.child.stdout?.pause()
      this.wake()
    })
    this.child.stderr?.on('data', (chunk: Buffer) => {
      if (this.complaint.length < 2000) this.complaint += chunk.toString('utf8')
    })
    this.child.on('error', (error) => {
      this.complaint ||= error.message
      this.end()
    })
    this.child.on('close', () => this.end())
    this.timer = setTimeout(() => this.stop('time'), limits.searchTotalMs)
    this.timer.unref()
  }

  /** At most `most` hits; waits until there are so many, the search is over, or `waitMs` have passed. */
  async page(most: number, waitMs: number, signal: AbortSignal): Promise<Page> {
    this.asked = this.plan.now()
    const until = this.plan.now() + waitMs
    while (!this.ended && this.hits() < most && this.plan.now() < until && !signal.aborted)
      await this.changed(until - this.plan.now(), signal)
    const found: Found[] = []
    for (let hits = 0; this.found.length > 0; ) {
      if (this.found[0]?.hit && ++hits > most) break
      const next = this.found.shift()
      if (next !== undefined) found.push(next)
    }
    this.size = this.found.reduce((sum, { path, text }) => sum + path.length + text.length, 0)
    this.child.stdout?.resume()
    return { found, done: this.ended && this.found.length === 0 }
  }

  /** What ripgrep complained about: a pattern that it cannot read. '' when nothing. */
  get trouble(): string {
    return this.complaint.replace(/^rg: /gm, '').trim()
  }

  stop(why: 'time' | 'person'): void {
    if (this.ended) return
    this.stopped = why
    this.child.kill('SIGKILL')
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

  /** `path NUL 12:text`, `path NUL 12-text`, or `--` between groups; a name alone where only names are asked for. */
  private take(line: Buffer): void {
    const text = line.toString('utf8').replace(/\r$/, '')
    const [path = '', found] = this.plan.names ? [text, ''] : text.split('\0')
    if (found === undefined) return
    const where = /^(\d+)([:-])(.*)$/s.exec(found)
    const relative = path.replace(/^\.[\\/]/, '')
    this.add(
      where === null
        ? { path: relative, text: '', hit: true }
        : { path: relative, text: `${where[1]}${where[2]} ${cut(where[3] ?? '')}`, hit: where[2] === ':' },
    )
  }

  private add(found: Found): void {
    if (found.path !== this.last.path) this.last = { path: found.path, shown: this.plan.mayShow(found.path) }
    if (!this.last.shown) return
    this.found.push(found)
    this.size += found.path.length + found.text.length
  }

  private end(): void {
    if (this.ended) return
    this.ended = true
    clearTimeout(this.timer)
    this.wake()
  }
}
