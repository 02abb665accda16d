import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import { ChangeFile } from './change-file.ts'
import { type Change, changesAfter } from './changes.ts'
import { closedDatabase, explained, lastChange, newer, prepare, versionOf, within } from './connection.ts'
import { type Database, hasCode, isDamage, SqlError, sqlCodes } from './database.ts'
import type { Engine } from './engine.ts'
import type { StorePlace } from './place.ts'
import { salvage } from './salvage.ts'
import { schemaVersion } from './schema.ts'

/** The author of a change, kept with every row. */
export interface Author {
  readonly client: string
  /** One connection of a client; what it changes is not news to itself. */
  readonly session: string
}

/** The store in the middle of a write, which is kept whole or not at all. */
export interface Transaction extends Database {
  readonly author: Author
  readonly machine: string
  /** Ms since the epoch, the same for the whole transaction. */
  readonly now: number
  /** Records a change for those who wait for one. */
  changed(kind: string, id: string, namespace?: string | null): void
}

export interface StoreOptions {
  readonly place: StorePlace
  readonly engine: Engine
  readonly machine: string
  now(): number
  random(bytes: number): string
  /** Makes again, in a salvaged store, what is derived from its rows. */
  rebuild(database: Database): Promise<void>
  /** Reports a problem and, where it could be repaired, the repair; for people. */
  report(problem: string): void
  /** Called with the kinds of what a commit changed, before `write` settles. It throws nothing. */
  committed?(store: Store, kinds: ReadonlySet<string>): Promise<void>
}

/**
 * The store of the bridges on this computer: one SQLite file that all their processes write. A call that finds it locked waits
 * by short tries, so that nobody else's call is blocked, and gives up after `limits.storeBusyMs`.
 */
export class Store {
  readonly engine: Engine['name']
  private readonly options: StoreOptions
  private readonly changes: ChangeFile
  private readonly listeners = new Set<(changes: readonly Change[]) => void>()
  private database: Database
  private mark: string
  /** That of the database, or of the one that could not be opened. */
  private generation: number
  private id: string
  /** The last change that was passed to the listeners. */
  private told: number
  private closed = false
  private salvaging: Promise<void> | undefined

  /** Opens the store, makes or migrates it where that is needed. Throws a Refusal where it cannot be used. */
  static async open(options: StoreOptions): Promise<Store> {
    options.place.prepare()
    const store = new Store(options)
    await store.patiently(() => store.reconnect())
    store.changes.watch(() => store.tell())
    return store
  }

  private constructor(options: StoreOptions) {
    this.options = options
    this.engine = options.engine.name
    this.changes = new ChangeFile(options.place.changed)
    this.database = closedDatabase
    this.mark = ''
    this.generation = 0
    this.id = ''
    this.told = 0
  }

  /** The number of the last change; 0 where nothing was ever changed. */
  async cursor(): Promise<number> {
    return this.read(lastChange)
  }

  /** The changes after number `n`, oldest first; null where some of them are no longer kept. */
  async changesAfter(n: number): Promise<readonly Change[] | null> {
    return this.read((database) => {
      const oldest = database.get<{ n: number | null }>('SELECT min(n) AS n FROM changes')?.n ?? null
      if (n > lastChange(database) || (oldest !== null && n + 1 < oldest)) return null
      return changesAfter(database, n)
    })
  }

  /** Runs `work`, which only reads. It sees one state of the store if it is one statement; several need `snapshot`. */
  read<T>(work: (database: Database) => T): Promise<T> {
    return this.patiently(() => work(this.current()))
  }

  /** Runs `work` on one state of the store. */
  snapshot<T>(work: (database: Database) => T): Promise<T> {
    return this.patiently(() => within(this.current(), 'BEGIN', work))
  }

  /** Runs `work` as one transaction. It may run again where the store was busy, so it must do nothing else than use `Transaction`. */
  async write<T>(author: Author, work: (transaction: Transaction) => T): Promise<T> {
    const { result, n, kinds } = await this.patiently(() => this.commit(author, work))
    if (n > 0) {
      await this.options.committed?.(this, kinds)
      this.changes.write({ store: this.id, n })
      this.tell()
    }
    return result
  }

  /** Calls `listener` with what this and other processes change, soon after. Returns how to stop it. */
  onChange(listener: (changes: readonly Change[]) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Moves what the log holds into the file. Only the holder of the lease does that. */
  async checkpoint(): Promise<void> {
    await this.read((database) => database.get('PRAGMA wal_checkpoint(PASSIVE)'))
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.listeners.clear()
    this.changes.close()
    this.database.close()
    this.database = closedDatabase
  }

  private commit<T>(author: Author, work: (transaction: Transaction) => T): { result: T; n: number; kinds: Set<string> } {
    const { machine, now } = this.options
    return within(this.current(), 'BEGIN IMMEDIATE', (database) => {
      const at = now()
      // A salvage holds this lock until the store has moved: what was written here after that would be lost.
      if (this.options.place.mark() !== this.mark) throw new SqlError('the store has moved', sqlCodes.busy)
      if (versionOf(database) > schemaVersion) throw newer()
      const kinds = new Set<string>()
      const result = work({
        ...database,
        ...{ author, machine, now: at },
        changed(kind, id, namespace = null) {
          database.run(
            'INSERT INTO changes (kind, id, namespace, client, session, at) VALUES (?, ?, ?, ?, ?, ?)',
            ...[kind, id, namespace, author.client, author.session, at],
          )
          kinds.add(kind)
        },
      })
      const n = kinds.size > 0 ? lastChange(database) : 0
      if (n > 0) database.run('DELETE FROM changes WHERE n <= ?', n - limits.storeChanges)
      return { result, n, kinds }
    })
  }

  /** The open database, which is another one once the store was salvaged. */
  private current(): Database {
    if (this.closed) throw failed('The store is closed, since the bridge is ending.')
    if (this.options.place.mark() !== this.mark) this.reconnect()
    return this.database
  }

  /** Tries until the store is free. What is thrown otherwise is explained. */
  private async patiently<T>(work: () => T): Promise<T> {
    const { now } = this.options
    const until = now() + limits.storeBusyMs
    let salvaged = false
    for (let wait = 1; ; wait = Math.min(wait * 2, limits.storeRetryMs)) {
      try {
        return work()
      } catch (error) {
        if (isDamage(error) && !salvaged && !this.closed) {
          salvaged = true
          await this.salvage()
          continue
        }
        if (!hasCode(error, 'busy', 'locked')) throw explained(error, this.options.place.folder)
        if (now() > until)
          throw failed(`The store is busy for ${limits.storeBusyMs / 1000} s already: another process holds it; try again.`)
        await sleep(wait * (0.5 + Math.random()))
      }
    }
  }

  /** Moves to a new generation, which this process or, as all do at the same time, another one makes. */
  private async salvage(): Promise<void> {
    this.salvaging ??= this.moveToNext().finally(() => {
      this.salvaging = undefined
    })
    await this.salvaging
  }

  private async moveToNext(): Promise<void> {
    const { place, engine, report, ...rest } = this.options
    const work = salvage({ ...rest, place, engine, generation: this.generation, last: this.changes.read() })
    const told = await work.catch((error: unknown) => Promise.reject(explained(error, place.folder)))
    if (told !== null) report(told)
  }

  private reconnect(): void {
    const { place, engine, random } = this.options
    // Two processes may both begin: they name the same file.
    if (place.generation() === null) place.moveTo(1, random(4))
    const mark = place.mark()
    const generation = place.generation() ?? 1
    this.generation = generation
    const expected = this.changes.read()
    // SQLite would begin anew in it, and wait for those who have it open.
    if (expected !== null && place.isEmpty(generation)) throw new SqlError('the file is empty', sqlCodes.corrupt)
    place.make(generation)
    const database = engine.open(place.database(generation))
    try {
      this.id = prepare(database, random)
      const last = lastChange(database)
      if (expected !== null && expected.store !== this.id)
        this.options.report(`The store is another one than before (${generation}.db): what was stored before is not in it.`)
      else if (expected !== null && expected.n > last)
        this.options.report(`The store is older than it was: ${expected.n - last} changes are missing from ${generation}.db.`)
      if (expected === null || expected.store !== this.id || expected.n > last) this.changes.write({ store: this.id, n: last })
      this.told = last
    } catch (error) {
      database.close()
      throw error
    }
    this.database.close()
    this.database = database
    this.mark = mark
  }

  /** Passes new changes to the listeners. */
  private tell(): void {
    if (this.closed || this.listeners.size === 0) return
    void this.read((database) => changesAfter(database, this.told)).then(
      (changes) => {
        const fresh = changes.filter(({ n }) => n > this.told)
        this.told = Math.max(this.told, ...fresh.map(({ n }) => n))
        if (fresh.length > 0) for (const listener of this.listeners) listener(fresh)
      },
      // The store is busy or broken: the next change passes these on too, and calls report what is wrong.
      () => undefined,
    )
  }
}
