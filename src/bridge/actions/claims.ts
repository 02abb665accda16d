import { localTime } from '../../core/local-time.ts'
import type { JsonValue } from '../../model/entry.ts'
import { failed } from '../base/refusal.ts'
import { type Claim, claimValues, type IsLive, noClaim, setClaim } from '../handoff/claims.ts'
import type { Transaction } from '../store/transaction.ts'
import type { Action } from './action.ts'
import { claimableFor } from './finished.ts'
import { finish, read } from './queue.ts'

/** True for an action that a client may claim: it waits for another program, or a window was opened for it. */
const isFree = ({ status, carrier, claimable }: Action): boolean =>
  claimable && ((status === 'pending' && carrier === 'twin') || status === 'needs_user')

const isFor = ({ to, from }: Action, client: string): boolean => to === client || (to === null && from !== client)

/** Claims an action for one session: the one of that id or, without an id, the oldest that waits for its client; null: none waits. */
export function claim(store: Transaction, id: string | undefined, by: Claim, isLive: IsLive): Action | null {
  const action = id === undefined ? claimableFor(store, by.client, 1, isLive, store.now)[0] : read(store, id, isLive, store.now)
  if (action === undefined) return null
  if (action.claim?.session === by.session && action.status === 'claimed') return action
  if (!isFree(action)) throw failed(whyNot(action))
  if (!isFor(action, by.client))
    throw failed(`Action ${action.id} is for ${action.to ?? `every client but ${action.from}`}, not for ${by.client}.`)
  store.run(
    `UPDATE actions SET status = 'claimed', carrier = 'twin', tries = tries + 1, updated = ?, finished = NULL, seen = NULL, ${setClaim} WHERE id = ?`,
    ...[store.now, ...claimValues(by, store.now), action.id],
  )
  store.changed('action', action.id)
  return read(store, action.id, isLive, store.now)
}

function whyNot({ id, to, status, claim, carrier }: Action): string {
  if (carrier === 'machine') return `Action ${id} is for ${to}, on another machine; get_action shows how it ends.`
  if (status === 'claimed')
    return `Action ${id} is claimed by ${claim?.client ?? 'another program'} since ${localTime(claim?.at ?? 0)}; take another.`
  if (status === 'needs_user') return `Action ${id} waits for a person: mcp-twin actions run ${id}.`
  if (status === 'pending' || status === 'running')
    return `Action ${id} is carried out by ${carrier === 'runner' ? 'the bridge' : 'a person'}; get_action shows how it ends.`
  return `Action ${id} is ${status} already.`
}

/** Ends an action with the result of its claimer. Only the session that claimed it can. */
export function complete(store: Transaction, id: string, result: JsonValue, by: Claim, isLive: IsLive): Action {
  const action = read(store, id, isLive, store.now)
  const { status, claim: held } = action
  if (status !== 'claimed')
    throw failed(
      status === 'pending' ? `Action ${id} is not claimed by this session; claim_action takes it.` : `Action ${id} is ${status} already.`,
    )
  if (held?.session !== by.session) throw failed(`Action ${id} is claimed by ${held?.client ?? 'another session'}, which completes it.`)
  finish(store, id, 'done', result)
  return read(store, id, isLive, store.now)
}

/** Makes an action pending again after the process that claimed it, or carried it out, has ended. */
export function release(store: Transaction, id: string): void {
  store.run(`UPDATE actions SET status = 'pending', updated = ?, generation = NULL, ${noClaim} WHERE id = ?`, store.now, id)
  store.changed('action', id)
}

/** Makes all actions pending again that one session has claimed. */
export function releaseAll(store: Transaction, session: string): void {
  const held = store.all<{ id: string }>(`SELECT id FROM actions WHERE status = 'claimed' AND claim_session = ?`, session)
  for (const { id } of held) release(store, id)
}
