import { limits } from '../../base/limits.ts'
import { hereOf } from '../../handoff/addressed.ts'
import type { Transaction } from '../../store/transaction.ts'
import type { QueueContext } from '../intake/asking.ts'
import type { HolderMeans } from '../runner.ts'
import { forget, isOldHere } from './forgetting.ts'
import { endTakenBack, markTold, reportsDue, subjectOf, tellOne, toldUnseen } from './reporting.ts'
import { resultsDue, takeOneBack, takeResults } from './results.ts'
import { take, untaken } from './taking.ts'

export interface MessengerOptions extends HolderMeans {
  readonly place: QueueContext
}

const author = { client: 'mcp-twin', session: 'elsewhere' }

/**
 * Carries actions between machines, as long as this process holds the lease: what others ask for comes before the person here, and what
 * became of it goes back. On a machine whose store is its own it does nothing.
 */
export class Messenger {
  private readonly options: MessengerOptions
  private readonly lost: AbortSignal
  /** Retries what failed, such as a report while the server was away. Only where the store is a copy. */
  private timer: NodeJS.Timeout | undefined
  private readonly stopListening: () => void
  private working: Promise<void> = Promise.resolve()
  private isDue = false
  private isStopped = false
  private told = ''

  constructor(options: MessengerOptions, lost: AbortSignal) {
    this.options = options
    this.lost = lost
    this.stopListening = options.store.onChange((changes) => {
      if (changes.some(({ kind }) => kind === 'action' || kind === 'errand')) this.rouse()
    })
    this.rouse()
  }

  async stop(): Promise<void> {
    this.isStopped = true
    this.stopListening()
    await this.working
    clearInterval(this.timer)
  }

  /** One turn at a time; what comes meanwhile makes one more. */
  private rouse(): void {
    if (this.isDue) return
    this.isDue = true
    this.working = this.working.then(async () => {
      this.isDue = false
      if (this.isStopped || this.lost.aborted) return
      try {
        await this.turn()
        this.told = ''
      } catch (error) {
        const trouble = error instanceof Error ? error.message : String(error)
        if (trouble !== this.told) this.options.log.write('bridge', 'warning', `actions of other machines: ${trouble}`)
        this.told = trouble
      }
    })
  }

  private async turn(): Promise<void> {
    const { store, isLive, place } = this.options
    const { redaction, settings } = place
    const here = await store.read(hereOf)
    if (here === null) {
      clearInterval(this.timer)
      this.timer = undefined
      return
    }
    this.timer ??= setInterval(() => this.rouse(), limits.errandLookMs).unref()
    const now = settings.now()
    await this.takeAll(here, now)
    await redaction.ready()
    const reporting = { here, isLive, now, redaction }
    if (await store.read((database) => reportsDue(database, reporting))) {
      await this.write((transaction) => endTakenBack(transaction, reporting))
      while (await this.write((transaction) => tellOne(transaction, reporting)));
    }
    if (await store.read((database) => resultsDue(database, here))) {
      await this.write((transaction) => takeResults(transaction, here))
      while (await this.write((transaction) => takeOneBack(transaction, here)));
    }
    if (await store.read((database) => toldUnseen(database, here).length > 0))
      await this.write((transaction) => markTold(transaction, here))
    if (await store.read((database) => isOldHere(database, here, now))) await this.write((transaction) => forget(transaction, here))
  }

  private async takeAll(here: string, now: number): Promise<void> {
    const { store, place, audit, closed } = this.options
    const errands = await store.read((database) => untaken(database, here, now))
    if (errands.length === 0) return
    const why = await closed()
    if (why !== null) throw new Error(`nothing is taken up. ${why}`)
    for (const errand of errands) {
      if (this.lost.aborted) return
      if (!audit.ready()) throw new Error(`nothing is taken up, since it could not be recorded (${audit.trouble})`)
      const outcome = await take(place, store, errand)
      audit.write({ event: 'action', ...subjectOf(errand), outcome: `asked from another machine: ${outcome}` })
    }
  }

  private write<T>(work: (transaction: Transaction) => T): Promise<T> {
    const { store, lease } = this.options
    return lease.write(store, author, work)
  }
}
