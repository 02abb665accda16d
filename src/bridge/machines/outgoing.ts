import { limits } from '../base/limits.ts'
import type { Store } from '../store/store.ts'
import type { Author } from '../store/transaction.ts'
import type { Batch } from './batch.ts'
import { dropFirst } from './giving-way.ts'
import { nextBatch } from './next-batch.ts'
import { firstEntry, hasWaiting, isLateFirst } from './outbox.ts'
import { refusalIn, refuseEntry, tryRefusedAgain } from './refused.ts'
import { BatchRefused } from './trouble.ts'

/** Who writes to the copy what the server has said. */
export const noAuthor: Author = { client: '', session: '' }

export interface OutgoingOptions {
  /** The copy. */
  store(): Promise<Pick<Store, 'read' | 'take'>>
  /** The name of this machine. */
  readonly machine: string
  now(): number
  /** Rejects where the server is not reached. */
  connected(): Promise<unknown>
  /** Has the server order a batch; false: the copy holds by now what others did meanwhile, and it is sent again. */
  send(batch: Batch): Promise<boolean>
}

/** Sends what waits in the copy, in its order. One that the server refuses holds up none but those that lie over it. */
export class Outgoing {
  private readonly options: OutgoingOptions
  private emptying: Promise<void> | undefined
  /** Ms since the epoch: when the server last refused a batch. */
  private refusedAt = 0

  constructor(options: OutgoingOptions) {
    this.options = options
  }

  /** Each batch counts once, however often it is sent. What was refused is sent once more after a minute: there may be room by then. */
  empty(): Promise<void> {
    this.emptying ??= this.sendAll().finally(() => {
      this.emptying = undefined
    })
    return this.emptying
  }

  private async sendAll(): Promise<void> {
    const store = await this.options.store()
    const { machine, now, connected, send } = this.options
    if (now() - this.refusedAt >= limits.serverRefusedMs && (await store.read(refusalIn)) !== null) {
      await connected()
      await store.take(noAuthor, tryRefusedAgain)
    }
    while (await store.read(hasWaiting)) {
      await connected()
      const hasLate = await store.read(isLateFirst)
      const batch = hasLate ? await store.take(noAuthor, nextBatch) : await store.read((database) => nextBatch({ ...database, machine }))
      if (batch === null) return
      try {
        if (batch.rows.length > 0 && !(await send(batch))) continue
      } catch (error) {
        if (!(error instanceof BatchRefused)) throw error
        this.refusedAt = now()
        await store.take(noAuthor, (copy) => refuseEntry(copy, batch.id, error.message))
        continue
      }
      // The news of it, where there were any, have taken it out already.
      if ((await store.read(firstEntry))?.id === batch.id) await store.take(noAuthor, (copy) => dropFirst(copy, batch.id))
    }
  }
}
