import type { ReachablePath } from '../../model/path.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { WatchRecord } from '../../model/watch.ts'
import { TwinError } from '../../errors.ts'
import type { Held } from '../store/lock.ts'
import { secretsName } from '../../core/layout.ts'
import type { Situation } from '../manifest/open.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { SyncOptions } from './options.ts'
import type { SyncResult } from './result.ts'
import { glance, type Seen, type Watched } from './watch-glance.ts'
import { Memory } from './watch-memory.ts'
import { Notices } from './watch-notices.ts'
import { readWatchRecord, writeWatchRecord } from './watch-record.ts'
import { watchRound } from './watch-round.ts'

/** Files that nobody tells about are looked at this often: a drop must be mended within 5 s. */
const LOOK_MS = 1500
/** A change is acted upon when nothing more has come for so long, or after the longer time whatever comes. */
const QUIET_MS = 250
const QUIET_MOST_MS = 2000
/** Programs that appear, and a live file that becomes another one, are looked for this often. */
const SEARCH_MS = 60_000
/** A round that could not be done is tried again then, unless something changes before. */
const RETRY_MS = 20_000

export interface WatchInput {
  /** The situation as it is now; a new one each time. */
  readonly open: () => Promise<Situation>
  readonly options: SyncOptions
  readonly waitForExit: boolean
  readonly home: ReachablePath
  readonly manifest: ReachablePath
  readonly held: Held
  /** A round that has something to tell. */
  told(result: SyncResult): void
  /** A round that could not be done; the watch goes on. */
  troubled(error: unknown): void
}

/** Watches until the signal, or until another watcher has taken over. */
export async function watchHome(system: System, input: WatchInput): Promise<void> {
  const watcher = new Watcher(system, input)
  try {
    await watcher.run()
  } finally {
    await watcher.end()
  }
}

class Watcher {
  readonly #system: System
  readonly #input: WatchInput
  readonly #notices = new Notices()
  readonly #memory = new Memory()
  readonly #seen = new Map<string, Seen>()
  #files: readonly Watched[] = []
  #searchedAt = 0
  #againAt: number | null = null
  #lastTold = ''
  #record: WatchRecord = { version: 1, pid: null, startedAt: null, files: [] }

  constructor(system: System, input: WatchInput) {
    this.#system = system
    this.#input = input
  }

  async run(): Promise<void> {
    const { home, held, options } = this.#input
    const { signal } = options
    const startedAt = new Date(this.#system.now()).toISOString()
    await this.#remember({ ...(await readWatchRecord(this.#system, home)), pid: this.#system.pid, startedAt })
    await this.#search()
    await this.#look()
    await this.#round()
    while (!signal.aborted) {
      await this.#notices.wait(LOOK_MS, signal)
      if (signal.aborted) return
      if (!(await held.stillOurs()))
        throw new TwinError('watching', 'Another watcher has taken this home over.', { hint: 'one of them is enough' })
      const now = this.#system.now()
      if (now - this.#searchedAt > SEARCH_MS || now < this.#searchedAt) await this.#search()
      const isDue = this.#againAt !== null && now >= this.#againAt
      if (!(await this.#look()) && !isDue) continue
      await this.#settle()
      await this.#round()
    }
  }

  async end(): Promise<void> {
    this.#notices.close()
    // Only the holder of the lock writes the record; whoever took over has its own.
    if (await this.#input.held.stillOurs()) await this.#remember({ ...this.#record, pid: null })
  }

  /** Which files to watch. Where the manifest cannot be read now, those of before. */
  async #search(): Promise<void> {
    const { open, options, home, manifest } = this.#input
    this.#searchedAt = this.#system.now()
    const own = [manifest, reachable(`${home}/${secretsName}`)].map((here): Watched => ({ here, client: null, isNear: true }))
    let files = this.#files
    try {
      const situation = await open()
      const targets = await targetsFor(this.#system, situation, options)
      files = targets.flatMap(({ here, client, environment, within }) =>
        here === null ? [] : [{ here, client, isNear: environment.self, ...(within === undefined ? {} : { within }) }],
      )
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
    this.#files = [...files.filter(({ client }) => client !== null), ...own]
    const known = new Set<string>(this.#files.map(({ here }) => here))
    for (const here of this.#seen.keys()) if (!known.has(here)) this.#seen.delete(here)
    this.#notices.follow(this.#files.flatMap(({ here, isNear }) => (isNear ? [here] : [])))
  }

  /** Has anything changed that is about servers? */
  async #look(): Promise<boolean> {
    let changed = false
    for (const file of this.#files) {
      const before = this.#seen.get(file.here)
      const now = await glance(this.#system, file, before)
      this.#seen.set(file.here, now)
      if (now.servers !== before?.servers) changed = true
    }
    return changed
  }

  /** Programs write several files, or one several times: the last word counts. */
  async #settle(): Promise<void> {
    const { signal } = this.#input.options
    const began = this.#system.now()
    do await this.#notices.wait(QUIET_MS, signal)
    while (!signal.aborted && (await this.#look()) && this.#system.now() - began < QUIET_MOST_MS)
  }

  async #round(): Promise<void> {
    const { open, options, waitForExit, told, troubled } = this.#input
    if (options.signal.aborted) return
    this.#againAt = null
    try {
      const round = await watchRound(this.#system, { open, options, memory: this.#memory, record: this.#record, waitForExit })
      this.#againAt = round.againAt
      if (JSON.stringify(round.record) !== JSON.stringify(this.#record)) await this.#remember(round.record)
      // What we wrote may be dropped again before the next look, which would then find what it saw before: look anew at all.
      if (round.result.changed) this.#seen.clear()
      if (this.#isNews(round.result)) told(round.result)
    } catch (error) {
      if (options.signal.aborted) return
      if (!(error instanceof Error)) throw error
      this.#againAt = this.#system.now() + RETRY_MS
      const words = `${error.name} ${error.message}`
      if (words !== this.#lastTold) troubled(error)
      this.#lastTold = words
    }
  }

  /** What was said already is not said again. */
  #isNews(result: SyncResult): boolean {
    const troubles = result.steps.filter(({ outcome }) => outcome !== 'done' && outcome !== 'planned')
    const words = JSON.stringify([result.inSync, troubles])
    const isNews = result.changed || words !== this.#lastTold
    this.#lastTold = words
    return isNews
  }

  async #remember(record: WatchRecord): Promise<void> {
    this.#record = record
    await writeWatchRecord(this.#system, this.#input.home, record)
  }
}
