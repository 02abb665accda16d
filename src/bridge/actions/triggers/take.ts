import { InputTrouble } from '../../base/input.ts'
import { Refusal } from '../../base/refusal.ts'
import type { Transaction } from '../../store/transaction.ts'
import { type NewAction, queue } from '../queue.ts'
import type { Trigger } from './signed.ts'

/** A checked trigger: its action and its origin. */
export interface ReadyTrigger {
  readonly trigger: Trigger
  readonly action: NewAction
  /** Identifies the file: one that was taken up by a process which died before it removed the file is not a replay. */
  readonly source: string
}

/** The outcome for one trigger. `reason`: why it is refused; null: it is queued. `again`: it was queued before, from the same file. */
export interface TakenTrigger {
  readonly reason: string | null
  readonly again: boolean
}

/** Queues the actions of triggers in their order. A nonce is never accepted twice. */
export const takeAll = (store: Transaction, ready: readonly ReadyTrigger[]): readonly TakenTrigger[] =>
  ready.map((each) => take(store, each))

function take(store: Transaction, { trigger: { nonce }, action, source }: ReadyTrigger): TakenTrigger {
  const known = store.get<{ source: string }>('SELECT source FROM nonces WHERE nonce = ?', nonce)
  if (known !== undefined)
    return known.source === source ? { reason: null, again: true } : { reason: 'its nonce was used before, so it is a copy', again: false }
  try {
    queue(store, action)
  } catch (error) {
    if (error instanceof Refusal || error instanceof InputTrouble) return { reason: error.message, again: false }
    throw error
  }
  store.run('INSERT INTO nonces (nonce, source, at) VALUES (?, ?, ?)', nonce, source, store.now)
  return { reason: null, again: false }
}
