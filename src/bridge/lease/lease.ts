import { setTimeout as sleep } from 'node:timers/promises'
import { isObject } from '../../core/object.ts'
import { limits } from '../base/limits.ts'
import { lives, startOf } from '../base/proc.ts'
import { failed } from '../base/refusal.ts'
import type { Database } from '../store/database.ts'
import type { Store } from '../store/store.ts'
import type { Author, Transaction } from '../store/transaction.ts'
import type { ChannelAsking, LeaseChannel, IncomingRequest } from './channel.ts'
import { Endpoint, joinHolder, readHolder, removeSockets } from './endpoint.ts'

/** Who holds the lease: the row of the store. */
export interface LeaseHolder {
  readonly pid: number
  /** When that process started, in the kernel's ticks; '' where that is not told. */
  readonly start: string
  /** Grows with each holder. */
  readonly generation: number
}

export interface LeaseOptions {
  readonly store: Store
  /** `bridge/run`. */
  readonly run: string
  readonly author: Author
  readonly platform: NodeJS.Platform
  readonly pid: number
  isAlive(pid: number): boolean
  now(): number
  /** Begins what the holder alone does, until `lost`. */
  onHeld(lost: AbortSignal): void
  /** Answers a request of this or another bridge as the holder; `lost` is aborted when another process has taken over. */
  answer(incoming: IncomingRequest, lost: AbortSignal): Promise<unknown>
  /** Something in the way of holding or finding the lease; it is tried again. */
  report(trouble: string): void
}

/**
 * The lease of the runner: of all bridges over one store exactly one holds it. The others are connected to the holder, and the end
 * of that connection makes one of them the next; nothing is written to show that it lives. Keeps no process alive.
 */
export class Lease {
  private readonly options: LeaseOptions
  private readonly self: Pick<LeaseHolder, 'pid' | 'start'>
  private held: { readonly generation: number; readonly endpoint: Endpoint; readonly over: AbortController } | null = null
  private connection: LeaseChannel | null = null
  private closed = false
  /** Callbacks of requests that wait until a holder of the lease is known. */
  private readonly undecided = new Set<() => void>()

  constructor(options: LeaseOptions) {
    this.options = options
    this.self = { pid: options.pid, start: startOf(options.pid) }
  }

  get holding(): boolean {
    return this.held !== null
  }

  /** The generation in which this process holds the lease; null: it does not. */
  get generation(): number | null {
    return this.held?.generation ?? null
  }

  /** Follows the holder, or becomes it, until `close`. */
  async seek(): Promise<void> {
    let told = ''
    /** The generation of a holder that does not answer though its connection stays open. */
    let silent = 0
    while (!this.closed)
      try {
        const row = await this.options.store.read(holderIn)
        this.connection = row === null || row.generation === silent ? null : await this.meet(row)
        if (this.connection !== null) {
          this.settle()
          if ((await this.connection.ended) === 'silent') silent = row?.generation ?? 0
        } else await this.take(row)
        this.connection = null
        told = ''
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error)
        if (trouble !== told && !this.closed) this.options.report(trouble)
        told = trouble
        await sleep(limits.leaseRetryMs, undefined, { ref: false })
      }
  }

  /** Throws, and gives the lease up, where another process has taken it. Every transaction of the holder's work begins with it. */
  check(transaction: Transaction): void {
    if (this.isHeldIn(transaction)) return
    this.resign()
    throw failed('Another bridge holds the lease now; this one has stopped its work.')
  }

  /** A change to the store that this process makes as the holder. Rejects where it holds the lease no longer. */
  write<T>(store: Store, author: Author, work: (transaction: Transaction) => T): Promise<T> {
    return store.write(author, (transaction) => {
      this.check(transaction)
      return work(transaction)
    })
  }

  /** Whether this process still holds the lease; where not, its work as the holder ends. */
  async confirm(): Promise<boolean> {
    const still = await this.options.store.read((database) => this.isHeldIn(database))
    if (!still) this.resign()
    return still
  }

  /**
   * Asks the holder, which may be this process. Rejects with a Refusal where it refuses or none is found in time, and with `Lost` where the
   * holder ended before it answered.
   */
  async ask(method: string, params: unknown, asking: ChannelAsking): Promise<unknown> {
    const until = this.options.now() + limits.leaseWaitMs
    while (!this.isDecided && !this.closed && !asking.signal.aborted && this.options.now() < until)
      await this.decided(until - this.options.now(), asking.signal)
    asking.signal.throwIfAborted()
    if (this.held !== null) return this.options.answer({ method, params, ...asking }, this.held.over.signal)
    if (this.connection?.open === true) return this.connection.request(method, params, asking)
    throw failed('Nothing was done: no bridge owns the store right now. Try again.')
  }

  close(): void {
    this.closed = true
    this.connection?.close()
    this.resign()
    this.settle()
  }

  private get isDecided(): boolean {
    return this.held !== null || this.connection?.open === true
  }

  private decided(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        this.undecided.delete(done)
        resolve()
      }
      const timer = setTimeout(done, ms).unref()
      signal.addEventListener('abort', done, { once: true })
      this.undecided.add(done)
    })
  }

  private settle(): void {
    for (const done of [...this.undecided]) done()
  }

  private isHeldIn(database: Database): boolean {
    const row = holderIn(database)
    return row !== null && this.held !== null && row.generation === this.held.generation && row.pid === this.self.pid
  }

  private resign(): void {
    const { held } = this
    this.held = null
    held?.over.abort()
    held?.endpoint.close()
  }

  /** The connection to the holder; null where it does not answer, and so its place is free. */
  private async meet(row: LeaseHolder): Promise<LeaseChannel | null> {
    const { run, isAlive, now } = this.options
    for (const until = now() + limits.leaseAnswerMs; !this.closed; await sleep(limits.leaseLookMs, undefined, { ref: false })) {
      const file = readHolder(run)
      // An older file is that of the holder before: the new one is about to write its own.
      if (file !== null && file.generation >= row.generation) return joinHolder(file)
      if (!lives(row, isAlive) || now() > until) return null
    }
    return null
  }

  /** Becomes the holder after the one of `row`, unless another process was faster; settles when that is over. */
  private async take(row: LeaseHolder | null): Promise<void> {
    if (this.closed) return
    const { store, run, author, platform, onHeld } = this.options
    const generation = Math.max(row?.generation ?? 0, readHolder(run)?.generation ?? 0) + 1
    const over = new AbortController()
    const answer = (incoming: IncomingRequest) => this.options.answer(incoming, over.signal)
    const endpoint = await Endpoint.open(run, platform, () => `holder ${generation}`, answer)
    try {
      const won = await store.write(author, (transaction) => {
        if ((holderIn(transaction)?.generation ?? 0) !== (row?.generation ?? 0)) return false
        const value = JSON.stringify({ ...this.self, generation })
        transaction.run(`INSERT OR REPLACE INTO meta (name, value) VALUES ('holder', ?)`, value)
        return true
      })
      if (!won || this.closed) return
      endpoint.announce(run, generation)
      if (platform !== 'win32') removeSockets(run, endpoint.socket)
      this.held = { generation, endpoint, over }
      const lost = new Promise<void>((resolve) => over.signal.addEventListener('abort', () => resolve(), { once: true }))
      onHeld(over.signal)
      this.settle()
      await lost
    } finally {
      endpoint.close()
    }
  }
}

/** The holder as the store names it; null where there was none yet. */
export function holderIn(database: Database): LeaseHolder | null {
  const text = database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'holder'`)?.value
  const row: unknown = text === undefined ? null : JSON.parse(text)
  if (!isObject(row)) return null
  const { pid, start, generation } = row
  return typeof pid === 'number' && typeof start === 'string' && typeof generation === 'number' ? { pid, start, generation } : null
}
