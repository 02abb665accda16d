import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import { ChangeFile } from './change-file.ts'
import { type StoreChange, changesAfter, changesSince } from './changes.ts'
import { explained, isNewer, lastChange, newer, within } from './connection.ts'
import { type Database, hasCode, isDamage } from './database.ts'
import type { Engine } from './engine.ts'
import { type StoreGeneration, restless } from './held.ts'
import type { StorePlace } from './place.ts'
import { type KeptWrite, orderedWrite } from './ordered-write.ts'
import { openCurrent, salvageFrom } from './open-current.ts'
import { type Author, type Commit, type CopyMaker, runWrite, type Transaction } from './transaction.ts'

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
  /** The process ends soon. */
  readonly isBrief?: boolean
  /** Loaded where the store is the copy of a server's. */
  copies?(): Promise<CopyMaker>
}

/**
 * The store of the bridges on this computer: one SQLite file that all their processes write. A call that finds it locked waits
 * by short tries, so that nobody else's call is blocked, and gives up after `limits.storeBusyMs`.
 */
export class Store {
  readonly engine: Engine['name']
  private readonly options: StoreOptions
  private readonly changes: ChangeFile
  private readonly listeners = new Set<(changes: readonly StoreChange[]) => void>()
  /** Null until it could be opened. */
  private held: StoreGeneration | null = null
  /** That of the database, or of the one that could not be opened. */
  private generation = 0
  /** The last change that was passed to the listeners. */
  private told = 0
  private closed = false
  private moving: Promise<void> | undefined

  /** Opens the store, makes or migrates it where that is needed. Throws a Refusal where it cannot be used. */
  static async open(options: StoreOptions): Promise<Store> {
    options.place.prepare()
    const store = new Store(options)
    await store.patiently(() => store.current())
    store.changes.watch(() => store.tell())
    return store
  }

  private constructor(options: StoreOptions) {
    this.options = options
    this.engine = options.engine.name
    this.changes = new ChangeFile(options.place.changed)
  }

  /** The number of the last change; 0 where nothing was ever changed. */
  async cursor(): Promise<number> {
    return this.read(lastChange)
  }

  /** The changes after number `n`, oldest first; null where some of them are no longer kept. */
  async changesAfter(n: number): Promise<readonly StoreChange[] | null> {
    return this.snapshot((database) => changesSince(database, n))
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
    return (await this.keep(author, work, false)).result
  }

  /** As `write`; `canWait`: in the copy of a server's store that is away, it is kept and sent later. */
  keep<T>(author: Author, work: (transaction: Transaction) => T, canWait = true): Promise<KeptWrite<T>> {
    return orderedWrite({
      ...{ canWait, isBrief: this.options.isBrief === true, now: () => this.options.now() },
      attempt: () => this.patiently(() => this.commit(author, work, false)),
      take: (keeping) => this.take(author, keeping),
      announced: (done) => this.announced(done),
    })
  }

  /** Runs `work`, which writes to a copy what its server has ordered. */
  async take<T>(author: Author, work: (transaction: Transaction) => T): Promise<T> {
    return this.announced(await this.patiently(() => this.commit(author, work, true)))
  }

  private async announced<T>({ result, n, kinds }: Commit<T>): Promise<T> {
    // Files can be replaced at any moment: what was written to a file that is no longer the store's goes over before anyone is told.
    await this.settle()
    if (n > 0) {
      await this.options.committed?.(this, kinds)
      this.changes.write({ store: this.held?.id ?? '', n })
      this.tell()
    }
    return result
  }

  /** Calls `listener` with what this and other processes change, soon after. Returns how to stop it. */
  onChange(listener: (changes: readonly StoreChange[]) => void): () => void {
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
    this.held?.database.close()
    this.held = null
  }

  /** Goes over to the files that are the store now, with what only the ones held here hold. To be called before `close`, too. */
  async settle(): Promise<void> {
    if (!this.closed && this.isAstray()) await this.patiently(() => this.current())
  }

  private isAstray(): boolean {
    return this.held !== null && this.options.place.mark(this.held.generation) !== this.held.mark
  }

  /** `isOrdered`: what is written came from the server. What it must order first is undone, to be sent. */
  private commit<T>(author: Author, work: (transaction: Transaction) => T, isOrdered: boolean): Commit<T> {
    let undone: Commit<T> | undefined
    try {
      return within(this.current(), 'BEGIN IMMEDIATE', (database) => {
        // A salvage holds this lock until the store has moved: what was written here after that would be lost.
        if (this.isAstray()) throw new Astray()
        if (isNewer(database)) throw newer()
        const copy = this.held?.copy ?? null
        const machine = copy?.machine ?? this.options.machine
        const done = runWrite(database, { author, machine, now: this.options.now(), copy, isOrdered }, work)
        if (done.unsent === null) return done
        undone = done
        throw new Astray()
      })
    } catch (error) {
      if (undone !== undefined) return undone
      throw error
    }
  }

  /** The open database. Throws `Astray` where it has to be opened, or is no longer the store. */
  private current(): Database {
    if (this.closed) throw failed('The store is closed, since the bridge is ending.')
    if (this.held === null || this.isAstray()) throw new Astray()
    return this.held.database
  }

  /** Tries until the store is free. What is thrown otherwise is explained. */
  private async patiently<T>(work: () => T): Promise<T> {
    const { now } = this.options
    const until = now() + limits.storeBusyMs
    let salvaged = false
    let moves = 0
    for (let wait = 1; ; wait = Math.min(wait * 2, limits.storeRetryMs)) {
      const pause = () => sleep(wait * (0.5 + Math.random()))
      try {
        return work()
      } catch (error) {
        const late = now() > until
        if (error instanceof Astray && moves++ > 0 && !late) await pause()
        const failure = error instanceof Astray && !late ? await this.once(() => this.goOver()) : error
        if (failure === null) continue
        if (isDamage(failure) && !salvaged && !this.closed) {
          salvaged = true
          const failed = await this.once(() => this.salvage())
          if (failed !== null) throw explained(failed, this.options.place.folder)
          continue
        }
        if (failure instanceof Astray) throw restless()
        if (!hasCode(failure, 'busy', 'locked')) throw explained(failure, this.options.place.folder)
        if (late) throw failed(`The store is busy for ${limits.storeBusyMs / 1000} s already: another process holds it; try again.`)
        await pause()
      }
    }
  }

  /** Runs `move` for all calls that need it at the same time. Resolves to what it threw, or null. */
  private async once(move: () => Promise<void>): Promise<unknown> {
    this.moving ??= move().finally(() => {
      this.moving = undefined
    })
    return this.moving.then(
      () => null,
      (error: unknown) => error,
    )
  }

  /** Moves to a new generation, which this process or, as all do at the same time, another one makes. */
  private salvage(): Promise<void> {
    return salvageFrom(this.options, this.changes, this.generation, null)
  }

  /** Opens the files that are the store now. What only the files held until now hold is taken along. */
  private async goOver(): Promise<void> {
    const old = this.held
    if (this.closed || (old !== null && !this.isAstray())) return
    const next = await openCurrent(this.options, this.changes, old, (generation) => {
      this.generation = generation
    })
    this.told = old === null ? next.last : Math.min(this.told, next.last)
    this.held = next
    old?.database.close()
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

/** Thrown where the files that are held are not those of the store. */
class Astray extends Error {}
