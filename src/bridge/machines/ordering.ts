import { setTimeout as sleep } from 'node:timers/promises'
import { limits } from '../base/limits.ts'
import type { Store } from '../store/store.ts'
import type { SentWrite } from '../store/transaction.ts'
import { apply, seenBy } from './apply.ts'
import type { Batch, ChangedRow, SentBatch } from './batch.ts'
import { newsOf } from './next-batch.ts'
import { noAuthor, Outgoing } from './outgoing.ts'
import { recognise } from './recognising.ts'
import { ServerConnection, type ServerFacts, type ServerOptions, type ServerTotals } from './server.ts'
import { SignInRefused, Unreachable } from './trouble.ts'

export interface OrderingOptions extends Omit<ServerOptions, 'onNews' | 'onEnd' | 'namesakes'> {
  /** The copy. */
  store(): Promise<Pick<Store, 'read' | 'take'>>
  now(): number
  /** Whether this process speaks for the machine now. */
  speaks(): boolean | Promise<boolean>
}

/** Has the server order what this machine writes, and brings to its copy what all machines have written. One for a machine. */
export class Ordering {
  private readonly options: OrderingOptions
  private connection: Promise<ServerConnection> | undefined
  /** That connection, once it is there. */
  private live: ServerConnection | undefined
  /** What brings news to the copy, one after another. */
  private following: Promise<void> = Promise.resolve()
  /** Rows that were sent and are not in the copy yet, by their number. */
  private readonly sent = new Map<number, readonly ChangedRow[]>()
  /** How many batches are under way. The server announces each of them to this machine too. */
  private sending = 0
  /** The largest number that the server has announced. */
  private heard = 0
  private readonly outgoing: Outgoing
  private ended: () => void = () => undefined
  private closed = false
  /** The password was refused: this one tries it no more. */
  private refused: SignInRefused | undefined
  /** Ms since the epoch: when another machine of this name was last found to be connected. */
  private namesakeAt = Number.NEGATIVE_INFINITY

  constructor(options: OrderingOptions) {
    this.options = options
    this.outgoing = new Outgoing({ ...options, connected: () => this.connected(), send: (batch) => this.sendOne(batch) })
  }

  /**
   * Has the server order a batch, behind those that wait. Resolves, once the copy holds what the server has, to whether it was kept.
   * Rejects with `Unreachable`, which tells whether the batch was sent, and with `BatchRefused`.
   */
  async send(batch: Batch): Promise<boolean> {
    const sending = { hasBegun: false }
    try {
      await this.sendWaiting()
      return await this.sendOne(batch, sending)
    } catch (error) {
      if (!(error instanceof Unreachable)) throw error
      const Kind = error instanceof SignInRefused ? SignInRefused : Unreachable
      throw new Kind(error.message, !sending.hasBegun)
    }
  }

  /** As `send`; null: only what waits. */
  async order(batch: Batch | null): Promise<SentWrite> {
    if (batch !== null) return { kind: (await this.send(batch)) ? 'kept' : 'stale' }
    await this.sendWaiting()
    return { kind: 'kept' }
  }

  private async sendOne(batch: Batch, sending = { hasBegun: false }): Promise<boolean> {
    this.sending++
    try {
      const { n, isStale } = await this.written(batch, sending)
      if (!isStale) this.sent.set(n, batch.rows)
      await this.follow(n, isStale ? undefined : batch)
      this.sent.delete(n)
      return !isStale
    } finally {
      this.sending--
      this.heed()
    }
  }

  /** Sends what waits in the copy, in its order. */
  sendWaiting(): Promise<void> {
    return this.outgoing.empty()
  }

  /**
   * A connection that was there already may have ended unnoticed, and one that was being tried may have begun before the server was
   * there: then the batch is sent once more by a new one, and counts once.
   */
  private async written(batch: Batch, sending: { hasBegun: boolean }): Promise<SentBatch> {
    const { connection: old } = this
    const write = (connection: ServerConnection) => {
      sending.hasBegun = true
      return connection.write(batch)
    }
    try {
      return await this.asking(write)
    } catch (error) {
      if (old === undefined || !(error instanceof Unreachable)) throw error
      return this.asking(write)
    }
  }

  /** Asks over the connection. One that gives no answer is not asked again. */
  private async asking<T>(ask: (connection: ServerConnection) => Promise<T>): Promise<T> {
    const connection = await this.connected()
    try {
      return await ask(connection)
    } catch (error) {
      if (error instanceof Unreachable && this.live === connection) this.drop(connection)
      throw error
    }
  }

  private drop(connection: ServerConnection): void {
    this.connection = this.live = undefined
    this.ended()
    void connection.close()
  }

  /** Brings everything up to a number to the copy. `own`: the batch that was given that number. */
  follow(upTo: number, own?: Batch): Promise<void> {
    const next = this.following.then(() => this.catchUp(upTo, own))
    this.following = next.catch(() => undefined)
    return next
  }

  /** Connects, where there is no connection, brings the copy up to date, and sends what waits in it. */
  async begin(): Promise<void> {
    await this.follow((await this.connected()).facts.last)
    await this.sendWaiting()
  }

  /** Brings to the copy whatever is there. */
  ask(): Promise<void> {
    return this.follow(Number.POSITIVE_INFINITY)
  }

  /** What the server holds, once the copy has all of it. */
  async totals(): Promise<ServerTotals> {
    const totals = await this.asking((connection) => connection.totals())
    await this.follow(totals.last)
    return totals
  }

  /** What the server said of itself when it was connected; null: it is not. */
  get facts(): ServerFacts | null {
    return this.live?.facts ?? null
  }

  /** Settles when the connection ends, or `over`. */
  async untilEnd(over: AbortSignal): Promise<void> {
    if (this.live === undefined || over.aborted) return
    await new Promise<void>((resolve) => {
      this.ended = resolve
      over.addEventListener('abort', () => resolve(), { once: true })
    })
  }

  async close(): Promise<void> {
    this.closed = true
    const connection = await this.connection?.catch(() => null)
    await connection?.close()
    await this.following
  }

  private async catchUp(upTo: number, own: Batch | undefined): Promise<void> {
    const store = await this.options.store()
    for (let seen = await store.read(seenBy); seen < upTo; ) {
      // What follows directly on what the copy holds need not be asked for.
      const after = seen
      const isNext = own !== undefined && seen + 1 === upTo
      const news = isNext ? newsOf(own, upTo, this.options.machine) : await this.asking((connection) => connection.newsAfter(after))
      if (news.upTo <= seen) return
      await store.take(noAuthor, (transaction) => apply(transaction, news, this.sent))
      seen = news.upTo
    }
  }

  /** Fetches what was announced. What cannot be fetched now comes with the next news, or the next connection. */
  private heed(): void {
    if (!this.closed && this.sending === 0) this.follow(this.heard).catch(() => undefined)
  }

  private async connected(): Promise<ServerConnection> {
    // It would outlast what has ended.
    if (this.closed) throw new Unreachable('this process is ending')
    // Servers shut out who tries often.
    if (this.refused !== undefined) throw this.refused
    if (this.options.now() - this.namesakeAt < limits.serverRefusedMs) throw namesakeFound(this.options.machine)
    this.connection ??= this.connect().catch((error) => {
      this.connection = undefined
      if (error instanceof SignInRefused) this.refused = error
      throw error
    })
    return this.connection
  }

  private async connect(): Promise<ServerConnection> {
    const { address, trust = {}, machine, now } = this.options
    let connection: ServerConnection | undefined
    let hasEnded = false
    const onEnd = () => {
      hasEnded = true
      if (connection !== undefined && this.live === connection) this.drop(connection)
    }
    const onNews = (n: number) => {
      this.heard = Math.max(this.heard, n)
      this.heed()
    }
    const wasFound = Number.isFinite(this.namesakeAt)
    this.namesakeAt = Number.NEGATIVE_INFINITY
    const onFound = () => {
      this.namesakeAt = now()
      if (connection !== undefined && this.live === connection) this.drop(connection)
    }
    const namesakes = { speaks: () => this.options.speaks(), onFound }
    connection = await ServerConnection.open({ address, trust, machine, onNews, onEnd, namesakes }, now)
    try {
      // The other one may be there still: it is waited for before anything is sent in its name.
      if (wasFound) await sleep(limits.serverHearMs)
      if (Number.isFinite(this.namesakeAt)) throw namesakeFound(machine)
      await recognise(await this.options.store(), connection.facts)
      // It may have ended while it was made: onEnd is called once, and was called before anyone could act on it.
      if (hasEnded) throw new Unreachable('the connection ended while it was made')
    } catch (error) {
      await connection.close()
      throw error
    }
    this.live = connection
    return connection
  }
}

const namesakeFound = (machine: string): Unreachable =>
  new Unreachable(
    `another machine is connected as ${machine}. Give this one a name of its own: mcp-twin store move embedded, then mcp-twin store move --machine NAME`,
    true,
  )
