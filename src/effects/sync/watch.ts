import { join } from 'node:path'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type WatchRecord, watchRecordSchema } from '../../model/watch.ts'
import { TwinError } from '../../errors.ts'
import type { HeldLock } from '../store/lock.ts'
import { extensionsOf } from '../../core/manifest/names.ts'
import { secretsName } from '../../core/layout.ts'
import type { Situation } from '../manifest/open.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { SyncOptions } from './options.ts'
import type { SyncResult } from './result.ts'
import { FileEvents, type Snapshot, takeSnapshot, type WatchTarget } from './watch-files.ts'
import { EarlierContents, watchRound } from './watch-round.ts'

/** How often files are looked at where no change is reported: a dropped entry must be restored within 5 s. */
const LOOK_MS = 1500
/** A round starts after this long without a further change, at the latest after the longer time. */
const QUIET_MS = 250
const QUIET_MOST_MS = 2000
/** How often the list of files is made anew: programs appear, and a live file may become another one. */
const SEARCH_MS = 60_000
/** A failed round is tried again after this long, unless something changes before. */
const RETRY_MS = 20_000

export interface WatchInput {
  /** The situation as it is now; a new one each time. */
  readonly open: () => Promise<Situation>
  readonly options: SyncOptions
  readonly waitForExit: boolean
  readonly home: ReachablePath
  readonly manifest: ReachablePath
  readonly held: HeldLock
  /** Called with a round that changed something or has news. */
  report(result: SyncResult): void
  /** Called when a round fails; the watch continues. */
  reportFailure(error: unknown): void
}

/** Where the watcher's record is: beside its lock, in home's folder. */
const recordPath = (home: ReachablePath): ReachablePath => reachable(join(home, 'locks', 'watch.json'))

const emptyRecord: WatchRecord = { version: 1, pid: null, startedAt: null, files: [] }

/** Returns what the last watcher recorded; an empty record where it is missing or damaged. */
export async function readWatchRecord(system: System, home: ReachablePath): Promise<WatchRecord> {
  const bytes = await system.files.read(recordPath(home))
  const parsed = watchRecordSchema.safeParse(bytes === null ? null : jsonOrNull(new TextDecoder().decode(bytes)))
  return parsed.success ? parsed.data : emptyRecord
}

/** Watches until the signal. Throws where another watcher has taken the lock. */
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
  readonly #events = new FileEvents()
  readonly #earlier = new EarlierContents()
  readonly #snapshots = new Map<string, Snapshot>()
  #files: readonly WatchTarget[] = []
  #searchedAt = 0
  #retryAt: number | null = null
  #lastReported = ''
  #record = emptyRecord

  constructor(system: System, input: WatchInput) {
    this.#system = system
    this.#input = input
  }

  async run(): Promise<void> {
    const { home, held, options } = this.#input
    const { signal } = options
    const startedAt = new Date(this.#system.now()).toISOString()
    await this.#saveRecord({ ...(await readWatchRecord(this.#system, home)), pid: this.#system.pid, startedAt })
    await this.#search()
    await this.#look()
    await this.#round()
    while (!signal.aborted) {
      await this.#events.wait(LOOK_MS, signal)
      if (signal.aborted) return
      if (!(await held.stillOurs()))
        throw new TwinError('watching', 'Another watcher now holds the lock of this home.', { hint: 'one watcher is enough' })
      const now = this.#system.now()
      if (now - this.#searchedAt > SEARCH_MS || now < this.#searchedAt) await this.#search()
      const isDue = this.#retryAt !== null && now >= this.#retryAt
      if (!(await this.#look()) && !isDue) continue
      await this.#settle()
      await this.#round()
    }
  }

  async end(): Promise<void> {
    this.#events.close()
    // Only the holder of the lock writes the record.
    if (await this.#input.held.stillOurs()) await this.#saveRecord({ ...this.#record, pid: null })
  }

  /** Lists the files to watch. Where the manifest cannot be read now, the list stays. */
  async #search(): Promise<void> {
    const { open, options, home, manifest } = this.#input
    this.#searchedAt = this.#system.now()
    const own = [manifest, reachable(`${home}/${secretsName}`)].map((here): WatchTarget => ({ here, client: null, isLocal: true }))
    let files = this.#files.filter(({ here }) => own.every((each) => each.here !== here))
    try {
      const situation = await open()
      const targets = await targetsFor(this.#system, situation, options)
      files = targets.flatMap(({ here, client, environment, within }) =>
        here === null ? [] : [{ here, client, isLocal: environment.self, ...(within === undefined ? {} : { within }) }],
      )
      const ids = situation.place.project === null ? extensionsOf(situation.manifest) : new Set<string>()
      if (ids.size > 0) {
        const { filesOfExtensions } = await import('../extensions/observe.ts')
        const found = await filesOfExtensions(this.#system, situation, ids, options.desktopConfig)
        files = [...files, ...found.map((each): WatchTarget => ({ ...each, client: null }))]
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error
    }
    this.#files = [...files, ...own]
    const known = new Set<string>(this.#files.map(({ here }) => here))
    for (const here of this.#snapshots.keys()) if (!known.has(here)) this.#snapshots.delete(here)
    this.#events.follow(this.#files.flatMap(({ here, isLocal }) => (isLocal ? [here] : [])))
  }

  /** Returns whether the servers of any file have changed. */
  async #look(): Promise<boolean> {
    let changed = false
    for (const file of this.#files) {
      const before = this.#snapshots.get(file.here)
      const now = await takeSnapshot(this.#system, file, before)
      this.#snapshots.set(file.here, now)
      if (now.servers !== before?.servers) changed = true
    }
    return changed
  }

  /** Waits until changes end: programs write several files, or one several times. */
  async #settle(): Promise<void> {
    const { signal } = this.#input.options
    const began = this.#system.now()
    do await this.#events.wait(QUIET_MS, signal)
    while (!signal.aborted && (await this.#look()) && this.#system.now() - began < QUIET_MOST_MS)
  }

  async #round(): Promise<void> {
    const { open, options, waitForExit, report, reportFailure } = this.#input
    if (options.signal.aborted) return
    this.#retryAt = null
    try {
      const round = await watchRound(this.#system, { open, options, earlier: this.#earlier, record: this.#record, waitForExit })
      this.#retryAt = round.againAt
      if (JSON.stringify(round.record) !== JSON.stringify(this.#record)) await this.#saveRecord(round.record)
      // What we wrote may be dropped again before the next look, which would find the snapshot of before: read all files again.
      if (round.result.changed) this.#snapshots.clear()
      if (this.#isNew(round.result)) report(round.result)
    } catch (error) {
      if (options.signal.aborted) return
      if (!(error instanceof Error)) throw error
      this.#retryAt = this.#system.now() + RETRY_MS
      const words = `${error.name} ${error.message}`
      if (words !== this.#lastReported) reportFailure(error)
      this.#lastReported = words
    }
  }

  /** Returns whether a result differs from the last one reported. */
  #isNew(result: SyncResult): boolean {
    const troubles = result.steps.filter(({ outcome }) => outcome !== 'done' && outcome !== 'planned')
    const words = JSON.stringify([result.inSync, troubles])
    const isNews = result.changed || words !== this.#lastReported
    this.#lastReported = words
    return isNews
  }

  async #saveRecord(record: WatchRecord): Promise<void> {
    this.#record = record
    const text = `${JSON.stringify(record, null, 2)}\n`
    await this.#system.files.replace(recordPath(this.#input.home), new TextEncoder().encode(text), 0o600)
  }
}
