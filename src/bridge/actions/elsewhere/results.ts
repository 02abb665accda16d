import type { ActionStatus } from '../../../model/bridge-words.ts'
import type { Database, Row } from '../../store/database.ts'
import type { Transaction } from '../../store/transaction.ts'
import { isFinal } from '../action.ts'
import { finish } from '../queue.ts'
import { waitingThere } from '../intake/asking-elsewhere.ts'
import { type ErrandRow, errandsIn, isOver, report, resultFrom } from '../intake/errand.ts'

/** The part of an own action that another machine decides. */
interface OwnRow extends Row {
  id: string
  status: ActionStatus
  result: string | null
}

/** An own action that is to be brought up to date, or taken back there. */
interface Difference {
  readonly errand: ErrandRow
  readonly kind: 'here' | 'there'
}

/** The actions asked of other machines where the two sides differ. */
function differences(database: Database, here: string): readonly Difference[] {
  return errandsIn(database, 'machine = ?', here).flatMap((errand): readonly Difference[] => {
    const own = database.get<OwnRow>(`SELECT id, status, result FROM actions WHERE id = ? AND carrier = 'machine'`, errand.id)
    if (own === undefined) return []
    const isEnded = own.status === 'cancelled' || own.status === 'expired'
    if (isEnded && !isOver(errand.status)) return [{ errand, kind: 'there' }]
    const { status, result } = standing(errand)
    return own.status === status && own.result === result ? [] : [{ errand, kind: 'here' }]
  })
}

/** What an own action is by what the other machine says. */
function standing({ id, target, status, result }: ErrandRow): { readonly status: ActionStatus; readonly result: string | null } {
  const said = isFinal(status) ? resultFrom(result) : waitingThere(target, id, status)
  return { status: isFinal(status) ? status : 'pending', result: said === null ? null : JSON.stringify(said) }
}

export const resultsDue = (database: Database, here: string): boolean => differences(database, here).length > 0

/** Brings own actions to where the other machines are with them. */
export function takeResults(store: Transaction, here: string): void {
  for (const { errand, kind } of differences(store, here)) {
    if (kind !== 'here') continue
    const { status, result } = standing(errand)
    if (status !== 'pending') finish(store, errand.id, status, result === null ? null : JSON.parse(result))
    else {
      store.run(
        `UPDATE actions SET status = 'pending', result = ?, updated = ?, finished = NULL, seen = NULL WHERE id = ?`,
        ...[result, store.now, errand.id],
      )
      store.changed('action', errand.id)
    }
  }
}

/** Takes one action back there that was cancelled, or has expired, here. False: there is none. */
export function takeOneBack(store: Transaction, here: string): boolean {
  const errand = differences(store, here).find(({ kind }) => kind === 'there')?.errand
  if (errand !== undefined) report(store, errand.id, 'cancelled', JSON.stringify({ message: `Cancelled on ${here}.` }))
  return errand !== undefined
}
