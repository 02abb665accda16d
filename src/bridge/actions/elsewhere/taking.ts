import type { JsonObject } from '../../../model/entry.ts'
import { InputTrouble } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { failed, Refusal } from '../../base/refusal.ts'
import { hides } from '../../base/text.ts'
import { onOne } from '../../handoff/addressed.ts'
import type { Database } from '../../store/database.ts'
import type { Store } from '../../store/store.ts'
import type { Transaction } from '../../store/transaction.ts'
import { prepare, type QueueContext } from '../intake/asking.ts'
import { type NewAction, queue, undecided } from '../queue.ts'
import { type ErrandRow, errandsIn, objectIn, report } from '../intake/errand.ts'

/** How many are taken in one turn. */
const atOnce = 20

/** Actions that other machines ask for here and that nobody has looked at; no more than a person can be asked about. */
export function untaken(database: Database, here: string, now: number): readonly ErrandRow[] {
  const room = Math.min(atOnce, limits.actionsUndecided - undecided(database, now))
  return room <= 0
    ? []
    : errandsIn(database, `target = ? AND taken IS NULL AND status = 'asked' AND expires > ? ORDER BY at LIMIT ?`, here, now, room)
}

const idForm = /^a-[0-9a-f]{12}$/
const isName = (name: string): boolean => name !== '' && name.length <= limits.clientCharacters && !hides(name)

/** Who asks, as actions name him here. */
export const askerOf = ({ client, machine }: Pick<ErrandRow, 'client' | 'machine'>): string => onOne(client, machine)

/**
 * Queues an action that another machine asked for, to be approved by the person here whatever its type: a stolen password of the server
 * starts nothing. This machine checks the action by its own policy, as it checks a call. Returns the outcome in words; a refusal is
 * reported to the other machine.
 */
export async function take(place: QueueContext, store: Store, errand: ErrandRow): Promise<string> {
  const author = { client: askerOf(errand), session: 'elsewhere' }
  try {
    const action = await prepared(place, errand)
    await store.write(author, (transaction) => put(transaction, errand, action))
    return 'waits for a person'
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof InputTrouble)) throw error
    await place.redaction.ready()
    const why = place.redaction.text(error.message)
    await store.write(author, (transaction) => {
      transaction.run('UPDATE errands SET taken = 1 WHERE id = ?', errand.id)
      report(transaction, errand.id, 'failed', JSON.stringify({ error: why }))
    })
    return `refused: ${why}`
  }
}

async function prepared(place: QueueContext, { id, type, params: text, recipient, client, machine }: ErrandRow): Promise<NewAction> {
  const { settings } = place
  if (!idForm.test(id) || !isName(client) || !isName(machine)) throw failed('Nothing was queued: it does not come from mcp-twin.')
  if (settings.unreadable !== undefined) throw failed(`Nothing was queued. ${settings.unreadable}`)
  if (settings.readOnly) throw failed('Nothing was queued: the bridge of this machine is read-only.')
  if (!settings.families.includes('actions')) throw failed('Nothing was queued: actions are switched off on this machine.')
  const params = objectIn(text)
  if (params === null) throw failed('Nothing was queued: its params are no object, or too long.')
  const from = onOne(client, machine)
  const action = await prepare(place, { client: from, type, params, to: recipient, id })
  const command = `mcp-twin actions run ${id}`
  const asked = `${quoteInLine(from)} asks for it from another machine. Nothing happens before a person here types: ${command}`
  const message = [asked, ...(typeof action.needs?.message === 'string' ? [action.needs.message] : [])].join('\n')
  const needs: JsonObject = { ...action.needs, message, command }
  return { ...action, carrier: 'person', claimable: false, needs }
}

function put(store: Transaction, { id, expires }: ErrandRow, action: NewAction): void {
  // It was taken before, and only the note of it was lost.
  const known = store.get<{ client: string }>('SELECT client FROM actions WHERE id = ?', id)
  if (known?.client !== store.author.client) queue(store, action)
  store.run('UPDATE actions SET expires = min(expires, ?) WHERE id = ?', expires, id)
  store.run('UPDATE errands SET taken = 1 WHERE id = ?', id)
}
