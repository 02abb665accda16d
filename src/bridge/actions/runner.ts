import { setTimeout as sleep } from 'node:timers/promises'
import type { JsonObject } from '../../model/entry.ts'
import { InputTrouble } from '../base/input.ts'
import { limits } from '../base/limits.ts'
import { Refusal } from '../base/refusal.ts'
import type { Claim, IsLive } from '../handoff/claims.ts'
import type { Lease } from '../lease/lease.ts'
import type { Audit } from '../records/audit.ts'
import type { BridgeLog } from '../records/log.ts'
import type { Store } from '../store/store.ts'
import type { Transaction } from '../store/transaction.ts'
import type { Action } from './action.ts'
import { beginNext, end, outlook, settle, type Settling } from './running.ts'
import type { ActionType, ActionMeans, ActionOutcome } from './type.ts'

/** What the holder of the lease needs to do something about actions. */
export interface HolderMeans {
  readonly store: Store
  readonly lease: Lease
  readonly audit: Pick<Audit, 'ready' | 'trouble' | 'write'>
  readonly log: Pick<BridgeLog, 'write'>
  readonly isLive: IsLive
  /** Why nothing may be begun now, in sentences; null: something may. */
  closed(): Promise<string | null>
}

export interface RunnerOptions extends HolderMeans {
  readonly by: Claim
  now(): number
  typeNamed(name: string): ActionType | null
  meansFor(action: Action): Promise<ActionMeans>
  /** Returns an outcome without copies of keys. */
  redact(result: JsonObject): Promise<JsonObject>
}

/** The client name under which the runner writes to the store. */
export const runnerClient = 'mcp-twin'

/**
 * Carries actions out, one after another, as long as this process holds the lease. Every commit checks the lease, so this process
 * records nothing once another one holds it.
 */
export class Runner {
  private readonly options: RunnerOptions
  private readonly lost: AbortSignal
  private readonly current = new Set<string>()
  private readonly ended: Promise<void>
  private wake = (): void => undefined
  private isWoken = false
  private isStopped = false
  private told = ''

  constructor(options: RunnerOptions, lost: AbortSignal) {
    this.options = options
    this.lost = lost
    const stopListening = options.store.onChange((changes) => {
      if (changes.some(({ kind }) => kind === 'action')) this.rouse()
    })
    lost.addEventListener('abort', () => this.rouse(), { once: true })
    this.ended = this.work().finally(stopListening)
  }

  /** Starts no more actions. Settles when the one that is running has ended. */
  async stop(): Promise<void> {
    this.isStopped = true
    this.rouse()
    await this.ended
  }

  private get isOver(): boolean {
    return this.isStopped || this.lost.aborted
  }

  private rouse(): void {
    this.isWoken = true
    this.wake()
  }

  private async work(): Promise<void> {
    while (!this.isOver) {
      this.isWoken = false
      try {
        const next = await this.tidy()
        const action = await this.begin()
        if (action !== null) await this.carryOut(action)
        else await this.rest(next)
        this.told = ''
      } catch (error) {
        if (this.isOver) return
        this.complain(error instanceof Error ? error.message : String(error))
        await this.rest(limits.actionLookMs)
      }
    }
  }

  /** Settles actions that nobody works on any more; returns after how many ms it has to look again. */
  private async tidy(): Promise<number> {
    const { store, isLive, now, audit, typeNamed, lease } = this.options
    const settling: Settling = {
      generation: lease.generation ?? -1,
      current: this.current,
      isRepeatable: (type) => typeNamed(type)?.isRepeatable === true,
    }
    const { isDue, isWatched, next } = await store.snapshot((database) => outlook(database, settling, isLive, now()))
    if (isDue) {
      const settled = await this.write((transaction) => settle(transaction, settling, isLive))
      for (const { id, type, client, outcome } of settled) audit.write({ event: 'action', client, tool: type, subject: id, outcome })
    }
    if (isWatched) return limits.actionLookMs
    return next === null ? Number.POSITIVE_INFINITY : Math.max(limits.actionLookMs, next - now())
  }

  /** Starts the next action that waits for the runner; null: none does. Throws where the audit cannot be written. */
  private async begin(): Promise<Action | null> {
    const { store, by, isLive, lease, audit } = this.options
    const { generation } = lease
    if (this.isOver || generation === null) return null
    const waits = await store.read((database) =>
      database.get(`SELECT 1 AS one FROM actions WHERE status = 'pending' AND carrier = 'runner' LIMIT 1`),
    )
    if (waits === undefined) return null
    const why = await this.options.closed()
    if (why !== null) throw new Error(`no action is carried out. ${why}`)
    if (!audit.ready()) throw new Error(`no action is carried out, since it could not be recorded (${audit.trouble})`)
    return this.write((transaction) => beginNext(transaction, { ...by, generation }, isLive))
  }

  private async carryOut(action: Action): Promise<void> {
    const { audit, redact, by } = this.options
    const { id, type, from: client } = action
    this.current.add(id)
    try {
      audit.write({ event: 'action', client, tool: type, subject: id, outcome: 'started' })
      const { status, result } = await this.outcomeOf(action)
      const outcome = { status, result: await redact(result) }
      audit.write({ event: 'action', client, tool: type, subject: id, outcome: wordsOf(outcome) })
      await this.insist(() => this.write((transaction) => end(transaction, id, by, outcome)))
    } finally {
      this.current.delete(id)
    }
  }

  private async outcomeOf(action: Action): Promise<ActionOutcome> {
    const { typeNamed, meansFor, log } = this.options
    const over = new AbortController()
    try {
      const type = typeNamed(action.type)
      if (type === null) return failure(`This version of mcp-twin has no action ${action.type}.`)
      const work = meansFor(action).then((means) => type.carryOut(action, means))
      const late = sleep(limits.actionRunMs, undefined, { ref: false, signal: over.signal }).then(
        (): ActionOutcome =>
          failure(`It took more than ${limits.actionRunMs / 1000} s, so nobody knows whether it was done.`, { unknown: true }),
      )
      late.catch(() => undefined)
      return (await Promise.race([work, late])) ?? failure(`${action.type} is not carried out by the bridge.`)
    } catch (error) {
      if (error instanceof Refusal || error instanceof InputTrouble) return failure(error.message)
      log.write('bridge', 'error', `action ${action.id}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`)
      return failure(`A fault of the bridge: ${error instanceof Error ? error.message : String(error)}.`, { unknown: true })
    } finally {
      over.abort()
    }
  }

  private write<T>(work: (transaction: Transaction) => T): Promise<T> {
    const { store, lease, by } = this.options
    return lease.write(store, { client: runnerClient, session: by.session }, work)
  }

  /** Repeats a write until it succeeds, however long the store is busy. Gives up once the lease is lost: the next holder settles the action. */
  private async insist(work: () => Promise<unknown>): Promise<void> {
    for (;;)
      try {
        await work()
        return
      } catch (error) {
        if (this.lost.aborted) return
        this.complain(error instanceof Error ? error.message : String(error))
        await sleep(limits.actionLookMs, undefined, { ref: false })
      }
  }

  private complain(trouble: string): void {
    if (trouble !== this.told) this.options.log.write('bridge', 'warning', `actions: ${trouble}`)
    this.told = trouble
  }

  /** Waits until something changes, at most `ms`. */
  private async rest(ms: number): Promise<void> {
    if (this.isWoken || this.isOver) return
    await new Promise<void>((resolve) => {
      const timer = Number.isFinite(ms) ? setTimeout(resolve, Math.min(ms, 2 ** 31 - 1)).unref() : undefined
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
    this.wake = () => undefined
  }
}

const failure = (error: string, more: JsonObject = {}): ActionOutcome => ({ status: 'failed', result: { error, ...more } })

/** An outcome as one line of the audit. */
export const wordsOf = ({ status, result }: Pick<ActionOutcome, 'status' | 'result'>): string =>
  [status, result.error ?? result.message].filter((each) => typeof each === 'string').join(': ')
