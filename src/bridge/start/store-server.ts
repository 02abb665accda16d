import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import { Refusal } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { liveIn } from '../handoff/claims.ts'
import { endedClaims, releaseEnded } from '../handoff/ended-claims.ts'
import { Lost } from '../lease/channel.ts'
import { addressIn, filledIn } from '../machines/address.ts'
import { renewCopy } from '../machines/apply.ts'
import type { Batch } from '../machines/batch.ts'
import { joinedTo, makeCopy, openCopy, serverOf } from '../machines/copy.ts'
import { Ordering } from '../machines/ordering.ts'
import { hasWaiting } from '../machines/outbox.ts'
import type { Liveness, ServerState } from '../machines/server.ts'
import { SignInRefused, Unreachable } from '../machines/trouble.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { CopyMaker, SentWrite, StoreCopy } from '../store/transaction.ts'
import { Reachability } from './reachability.ts'

export interface StoreServerParts {
  readonly settings: Pick<Settings, 'client' | 'isAlive' | 'random' | 'now' | 'keyNamed'>
  /** The copy. */
  store(): Promise<Store>
  /** Has the holder of the lease send a batch, behind those that wait; null: only those. */
  ask(batch: Batch | null): Promise<unknown>
  /** Aborted when this process holds the lease no longer; null: it does not. */
  holding(): AbortSignal | null
  /** Whether this process still holds the lease. */
  speaks(): Promise<boolean>
  report(trouble: string): void
}

/**
 * What a bridge does where its store is the copy of a server's: it has the holder of the lease send what it writes, and while it is the
 * holder it keeps the one connection of this machine.
 */
export class StoreServer implements CopyMaker {
  private readonly parts: StoreServerParts
  private ordering: Ordering | undefined
  private over: AbortController | undefined
  private readonly reach: Reachability
  /** When somebody last used a bridge of this machine. */
  private lastUse: number
  private wake: () => void = () => undefined
  private isAsking = false
  /** With the keys that it names. */
  private url = ''
  /** The last try to sign in that was refused, with the URL that it used. */
  private refused: { readonly url: string; readonly at: number; readonly error: SignInRefused } | undefined

  constructor(parts: StoreServerParts) {
    this.parts = parts
    this.reach = new Reachability({ now: () => parts.settings.now(), report: (trouble) => parts.report(trouble) })
    this.lastUse = parts.settings.now()
  }

  make(database: Database): void {
    makeCopy(database)
  }

  renew(database: Database): void {
    renewCopy({ ...database, machine: joinedTo(database).machine })
  }

  open(database: Database): StoreCopy {
    const { settings } = this.parts
    // It may lack what the copy before had.
    this.ordering?.begin().catch((error: unknown) => this.reach.lost(error))
    // The store became a copy while this process holds the lease.
    const lost = this.parts.holding()
    if (lost !== null) void this.follow(lost)
    const { machine } = joinedTo(database)
    return openCopy(database, { machine, random: (bytes) => settings.random(bytes), send: (batch) => this.send(batch) })
  }

  /** Sends a batch of any bridge of this machine, in the one that holds the lease. */
  async answer(batch: unknown): Promise<SentWrite> {
    this.used()
    try {
      // It comes over the socket of the lease, which only processes of the same user reach.
      const sent = await this.ordered((ordering) => ordering.order(batch as Batch | null))
      this.reach.found(this.ordering?.facts ?? null)
      return sent
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      this.reach.lost(error)
      return { kind: 'away', why: error.message, since: this.reach.state.since, isSure: error.isSure }
    }
  }

  /** How the server is reached, in the bridge that holds the lease; it tries where there is no connection. */
  async look(): Promise<ServerState> {
    const before = this.live
    this.used()
    await this.begin().catch(() => undefined)
    return { ...this.known, ...(before === 'asleep' && { live: before }) }
  }

  /** How the server was reached last. */
  get known(): ServerState {
    return { ...this.reach.state, live: this.live }
  }

  /** Notes that a bridge of this machine is in use, and ends the sleep. */
  used(): void {
    const wasAsleep = this.isAsleep
    this.lastUse = this.parts.settings.now()
    if (!wasAsleep) return
    this.wake()
    void this.ask()
  }

  /** Keeps the connection, and brings news to the copy, until `lost`. */
  async follow(lost: AbortSignal): Promise<void> {
    if (this.over?.signal.aborted === false) return
    const over = new AbortController()
    this.over = over
    this.lastUse = this.parts.settings.now()
    const tending = setInterval(() => void this.tend(over).catch(() => undefined), limits.serverTendMs).unref()
    const asking = setInterval(() => void this.ask(), limits.serverAskMs).unref()
    lost.addEventListener('abort', () => over.abort(), { once: true })
    for (let wait = limits.serverRetryMs; !over.signal.aborted; wait = Math.min(2 * wait, limits.serverRetryMostMs)) {
      try {
        await this.begin()
        wait = limits.serverRetryMs
        await this.ordering?.untilEnd(over.signal)
      } catch {
        // The state says why.
      }
      await sleep(wait, undefined, { ref: false, signal: over.signal }).catch(() => undefined)
      await this.untilUsed(over.signal)
    }
    for (const each of [tending, asking]) clearInterval(each)
    const { ordering } = this
    this.ordering = undefined
    await ordering?.close()
  }

  /** Settles once a bridge is used, something waits to be sent, or `over`. A new connection would wake a database that sleeps. */
  private async untilUsed(over: AbortSignal): Promise<void> {
    if (!this.isAsleep || over.aborted) return
    if (await (await this.parts.store()).read((database) => serverOf(database) !== null && hasWaiting(database))) return
    this.reach.asleep()
    await new Promise<void>((resolve) => {
      this.wake = resolve
      over.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  /** Asks a server that announces nothing what is new, while somebody may want to know. */
  private async ask(): Promise<void> {
    if (this.isAsking || this.live !== 'asked') return
    this.isAsking = true
    // Where the connection has ended, another one is made by `follow`.
    await this.ordering?.ask().catch(() => undefined)
    this.isAsking = false
  }

  private get isAsleep(): boolean {
    return this.parts.settings.now() - this.lastUse >= limits.serverAwakeMs
  }

  private get live(): Liveness | null {
    if (this.isAsleep) return 'asleep'
    const facts = this.ordering?.facts
    return facts == null ? null : facts.hears ? 'notified' : 'asked'
  }

  /** What has to be looked at from time to time. */
  private async tend(over: AbortController): Promise<void> {
    const { settings, store: opened } = this.parts
    const [store, isLive] = [await opened(), liveIn(settings)]
    const ended = await store.read((database) => (serverOf(database) === null ? null : endedClaims(database, isLive)))
    // The store is the embedded one again.
    if (ended === null) over.abort()
    else if (this.reach.state.reached) await this.ordering?.sendWaiting()
    if (ended !== null && ended.length > 0 && this.reach.state.reached)
      await store.write({ client: settings.client, session: 'lease' }, (transaction) => releaseEnded(transaction, isLive))
  }

  async close(): Promise<void> {
    this.over?.abort()
    await this.ordering?.close()
  }

  /** The holder may end in the middle: the next one is asked, under the same id. */
  private async send(batch: Batch | null): Promise<SentWrite> {
    const { settings, ask } = this.parts
    for (const until = settings.now() + limits.storeBusyMs; ; )
      try {
        // The holder is a process of the same user.
        return (await ask(batch)) as SentWrite
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        if (settings.now() > until) return { kind: 'away', why: error.message, since: settings.now(), isSure: false }
      }
  }

  /** Connects, where there is no connection, and notes whether the server is reached. */
  private async begin(): Promise<void> {
    try {
      await this.ordered((ordering) => ordering.begin())
      this.reach.found(this.ordering?.facts ?? null)
    } catch (error) {
      this.reach.lost(error)
      throw error
    }
  }

  /** Has the server asked. A password that was refused is tried once a minute, and another one at once. */
  private async ordered<T>(work: (ordering: Ordering) => Promise<T>): Promise<T> {
    const { settings, store } = this.parts
    if (this.ordering === undefined) {
      const { url, machine, ...trust } = await (await store()).read(joinedTo)
      // A key that is missing can be set later: what waits is sent then.
      const filled = await filledIn(url, settings).catch((error: unknown) => {
        throw error instanceof Refusal ? new Unreachable(error.message, true) : error
      })
      const { refused } = this
      if (refused !== undefined && refused.url === filled && settings.now() - refused.at < limits.serverRefusedMs) throw refused.error
      this.url = filled
      this.ordering ??= new Ordering({
        address: addressIn(filled),
        trust,
        machine,
        store,
        now: () => settings.now(),
        speaks: () => this.parts.speaks(),
      })
    }
    const { ordering, url } = this
    try {
      return await work(ordering)
    } catch (error) {
      if (error instanceof SignInRefused) {
        this.refused = { url, at: settings.now(), error }
        // The key may be another one by the next try.
        if (this.ordering === ordering) this.ordering = undefined
      }
      throw error
    }
  }
}
