import { localTime } from '../../core/local-time.ts'
import { limits } from '../base/limits.ts'
import { failed, type Refusal } from '../base/refusal.ts'
import type { Commit, SentWrite, Transaction, UnsentWrite } from './transaction.ts'

/** A write as it was kept. */
export interface KeptWrite<T> {
  readonly result: T
  /** It is in this copy and not on the server yet. */
  readonly isUnsent: boolean
}

export interface OrderedWrite<T> {
  /** It may wait for the server; else the server must agree to it now. */
  readonly canWait: boolean
  /** This process ends soon, so it sends what waits before it lets its own wait. */
  readonly isBrief: boolean
  now(): number
  /** Runs the work, and undoes it where it is to be sent. */
  attempt(): Promise<Commit<T>>
  /** Runs what writes to the copy without asking the server. */
  take<R>(work: (transaction: Transaction) => R): Promise<R>
  /** Announces a write that needed no server. */
  announced(done: Commit<T>): Promise<T>
}

/** A write to a copy: ordered by the server, or kept here to be sent later. It counts once, whatever fails on the way. */
export async function orderedWrite<T>(write: OrderedWrite<T>): Promise<KeptWrite<T>> {
  for (const until = write.now() + limits.storeBusyMs; ; ) {
    const done = await write.attempt()
    const { unsent } = done
    if (unsent === null) return { result: await write.announced(done), isUnsent: false }
    const kept = unsent.isBehind ? await goBehind(write, unsent) : await send(write, unsent)
    if (kept !== null) return { result: done.result, isUnsent: kept === 'unsent' }
    if (write.now() > until) throw failed('Nothing was stored: others keep changing the same; try again.')
  }
}

/** What became of a write; null: it is tried again. */
type Outcome = 'sent' | 'unsent' | null

async function goBehind<T>({ canWait, isBrief, take }: OrderedWrite<T>, unsent: UnsentWrite): Promise<Outcome> {
  const { refusal } = unsent
  if (refusal !== null && !canWait)
    throw failed(`An earlier change of the same is not on the store server, so nothing was done. ${refusal}`)
  if (refusal === null && (!canWait || isBrief)) {
    const earlier = await unsent.sendEarlier()
    if (earlier.kind !== 'away') return null
    if (!canWait) throw away({ ...earlier, isSure: true })
  }
  return (await take((copy) => unsent.keep(copy))) ? 'unsent' : null
}

async function send<T>({ canWait, take }: OrderedWrite<T>, unsent: UnsentWrite): Promise<Outcome> {
  const sent = await unsent.send()
  if (sent.kind !== 'away') return sent.kind === 'kept' ? 'sent' : null
  if (!canWait) throw away(sent)
  if (await take((copy) => unsent.keep(copy))) return 'unsent'
  // Nothing was sent, so the work can run again on the changed rows.
  if (sent.isSure) return null
  const again = await unsent.send()
  if (again.kind === 'away') throw away({ ...again, isSure: false })
  return again.kind === 'kept' ? 'sent' : null
}

/** Why something that needs the server was not done. */
export const away = ({ why, since, isSure }: SentWrite & { readonly kind: 'away' }): Refusal =>
  failed(
    `The store server is not reached since ${localTime(since)} (${why}); ${
      isSure ? 'nothing was done.' : 'it may have kept this all the same. Look again when it is reached.'
    }`,
  )
