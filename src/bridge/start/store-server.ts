import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import { failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { liveIn } from '../handoff/claims.ts'
import { endedClaims, releaseEnded } from '../handoff/ended-claims.ts'
import { Lost } from '../lease/channel.ts'
import { addressIn, withKeys } from '../machines/address.ts'
import { renewCopy } from '../machines/apply.ts'
import type { Batch } from '../machines/batch.ts'
import { joinedTo, makeCopy, openCopy, serverOf } from '../machines/copy.ts'
import { Ordering } from '../machines/ordering.ts'
import { type ServerState, Unreachable } from '../machines/server.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { CopyMaker, StoreCopy } from '../store/transaction.ts'

/** The request by which a bridge has the holder of the lease send what it wrote. */
export const sendWork = 'store.send'

/** The request by which it says how the server is reached. */
export const stateWork = 'store.state'

export interface StoreServerParts {
  readonly settings: Pick<Settings, 'client' | 'isAlive' | 'random' | 'now' | 'keyNamed'>
  /** The copy. */
  store(): Promise<Store>
  /** Has the holder of the lease do such work. */
  ask(batch: Batch): Promise<unknown>
  /** Aborted when this process holds the lease no longer; null: it does not. */
  holding(): AbortSignal | null
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
  private told = ''
  private state: ServerState = { reached: false, since: 0, why: null, facts: null }

  constructor(parts: StoreServerParts) {
    this.parts = parts
  }

  make(database: Database): void {
    makeCopy(database)
  }

  renew(database: Database): void {
    renewCopy(database)
  }

  open(database: Database): StoreCopy {
    const { settings } = this.parts
    // It may lack what the copy before had.
    this.ordering?.begin().catch((error: unknown) => this.complain(error))
    // The store became a copy while this process holds the lease.
    const lost = this.parts.holding()
    if (lost !== null) void this.follow(lost)
    const { machine } = joinedTo(database)
    return openCopy(database, { machine, random: (bytes) => settings.random(bytes), send: (batch) => this.send(batch) })
  }

  /** Sends a batch of any bridge of this machine, in the one that holds the lease. */
  async answer(batch: unknown): Promise<boolean> {
    const ordering = await this.ordered()
    try {
      // It comes over the socket of the lease, which only processes of the same user reach.
      return await ordering.send(batch as Batch)
    } catch (error) {
      throw error instanceof Unreachable ? notReached(error) : error
    }
  }

  /** How the server is reached, in the bridge that holds the lease; it tries where there is no connection. */
  async look(): Promise<ServerState> {
    try {
      await (await this.ordered()).begin()
      this.reach()
    } catch (error) {
      this.complain(error)
    }
    return this.state
  }

  /** Keeps the connection, and brings news to the copy, until `lost`. */
  async follow(lost: AbortSignal): Promise<void> {
    if (this.over?.signal.aborted === false) return
    const over = new AbortController()
    this.over = over
    const tending = setInterval(() => void this.tend(over).catch(() => undefined), limits.serverTendMs).unref()
    lost.addEventListener('abort', () => over.abort(), { once: true })
    for (let wait = limits.serverRetryMs; !over.signal.aborted; wait = Math.min(2 * wait, limits.serverRetryMostMs)) {
      try {
        const ordering = await this.ordered()
        await ordering.begin()
        wait = limits.serverRetryMs
        this.reach()
        await ordering.untilEnd(over.signal)
      } catch (error) {
        this.complain(error)
      }
      await sleep(wait, undefined, { ref: false, signal: over.signal }).catch(() => undefined)
    }
    clearInterval(tending)
    const { ordering } = this
    this.ordering = undefined
    await ordering?.close()
  }

  /** What has to be looked at from time to time. */
  private async tend(over: AbortController): Promise<void> {
    const { settings, store: opened } = this.parts
    const [store, isLive] = [await opened(), liveIn(settings)]
    const ended = await store.read((database) => (serverOf(database) === null ? null : endedClaims(database, isLive)))
    // The store is the embedded one again.
    if (ended === null) over.abort()
    else if (ended.length > 0 && this.state.reached)
      await store.write({ client: settings.client, session: 'lease' }, (transaction) => releaseEnded(transaction, isLive))
  }

  async close(): Promise<void> {
    this.over?.abort()
    await this.ordering?.close()
  }

  /** The holder may end in the middle: the next one is asked, under the same id. */
  private async send(batch: Batch): Promise<boolean> {
    const { settings, ask } = this.parts
    for (const until = settings.now() + limits.storeBusyMs; ; )
      try {
        return (await ask(batch)) === true
      } catch (error) {
        if (!(error instanceof Lost)) throw error
        if (settings.now() > until) throw notReached(error)
      }
  }

  private async ordered(): Promise<Ordering> {
    const { settings, store } = this.parts
    if (this.ordering !== undefined) return this.ordering
    const { url, machine, ...trust } = await (await store()).read(joinedTo)
    const address = addressIn(await filledIn(url, settings))
    this.ordering ??= new Ordering({ address, trust, machine, store, now: () => settings.now() })
    return this.ordering
  }

  private reach(): void {
    this.told = ''
    this.turn({ reached: true, why: null, facts: this.ordering?.facts ?? this.state.facts })
  }

  private complain(error: unknown): void {
    const trouble = error instanceof Error ? error.message : String(error)
    if (trouble !== this.told) this.parts.report(`the store server is not reached: ${trouble}`)
    this.told = trouble
    this.turn({ reached: false, why: trouble, facts: this.state.facts })
  }

  private turn(now: Omit<ServerState, 'since'>): void {
    const { reached, since } = this.state
    this.state = { ...now, since: since > 0 && reached === now.reached ? since : this.parts.settings.now() }
  }
}

const notReached = ({ message }: Error) =>
  failed(`The store server is not reached (${message}). What was to be stored may be missing; look again when it is reached.`)

/** A URL with the keys that it names, escaped as a URL needs it. */
export async function filledIn(url: string, { keyNamed }: Pick<Settings, 'keyNamed'>): Promise<string> {
  const keys = new Map<string, string>()
  for (const [, name = ''] of url.matchAll(/\$\{secret:([^}]*)\}/g)) {
    const key = await keyNamed?.(name)
    if (key == null) throw failed(`The URL of the store server needs the key ${name}: mcp-twin secret set ${name}`)
    keys.set(name, key)
  }
  return withKeys(url, (name) => keys.get(name) ?? '')
}
