import type { JsonObject } from '../../../model/entry.ts'
import { partsOf } from '../../handoff/addressed.ts'
import type { Store } from '../../store/store.ts'
import type { Author } from '../../store/transaction.ts'
import { type NewAction, finish, queue } from '../queue.ts'
import { ask } from './errand.ts'

/** Where a person decides about it. */
const decidedOn = (machine: string, id: string): string => `on ${machine} a person decides about it: mcp-twin actions run ${id}`

/**
 * Asks another machine for an action. The action also waits in the queue here, where its result will be stored. Rejects with a Refusal
 * if the store server does not accept it now.
 */
export async function askElsewhere(
  store: Store,
  author: Author,
  { id, type, params, to }: Pick<NewAction, 'id' | 'type' | 'params'> & { readonly to: string },
): Promise<JsonObject> {
  const target = partsOf(to).machine ?? ''
  const own: NewAction = { id, type, params, to, carrier: 'machine', claimable: false, roots: [] }
  await store.write(author, (transaction) => queue(transaction, own))
  try {
    await store.write(author, (transaction) => ask(transaction, { id, type, params, recipient: to, target }))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    await store.write(author, (transaction) => finish(transaction, id, 'failed', { error: why }))
    throw error
  }
  return { message: `When ${target} is reached, ${decidedOn(target, id)}` }
}

/** What an action that waits for another machine says of itself; null: it has not arrived there. */
export const waitingThere = (machine: string, id: string, stage: string): JsonObject | null =>
  stage === 'waiting'
    ? { message: `It has arrived: ${decidedOn(machine, id)}` }
    : stage === 'approved'
      ? { message: `A person on ${machine} has agreed to it.` }
      : null
