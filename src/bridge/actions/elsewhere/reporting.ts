import { isObject } from '../../../core/object.ts'
import type { JsonValue } from '../../../model/entry.ts'
import type { Redaction } from '../../base/redaction.ts'
import type { IsLive } from '../../handoff/claims.ts'
import type { Database } from '../../store/database.ts'
import type { Transaction } from '../../store/transaction.ts'
import { type Action, actionOf, type ActionRow, isFinal } from '../action.ts'
import { markSeen } from '../finished.ts'
import { cancel } from '../queue.ts'
import { type ErrandRow, type ErrandStage, errandsIn, isOver, report, resultFrom } from '../intake/errand.ts'
import { askerOf } from './taking.ts'

export interface Reporting {
  readonly here: string
  readonly isLive: IsLive
  readonly now: number
  readonly redaction: Redaction
}

interface Step {
  readonly errand: ErrandRow
  readonly action: Action
  /** The news for the machine that asked; null: it cancelled the action, so the action is cancelled here too. */
  readonly told: { readonly stage: ErrandStage; readonly result: string | null } | null
}

/** How far an action of this machine is, in the words between machines. */
function stageOf({ status, carrier }: Action): ErrandStage {
  if (status === 'needs_user') return carrier === 'person' ? 'waiting' : 'needs_user'
  return status === 'pending' || status === 'claimed' || status === 'running' ? 'approved' : status
}

/** What the machines that asked do not know yet. */
function steps(database: Database, { here, isLive, now, redaction }: Reporting): readonly Step[] {
  return errandsIn(database, 'target = ? AND taken = 1', here).flatMap((errand): readonly Step[] => {
    const { id, status, result } = errand
    if (isOver(status) && status !== 'cancelled') return []
    const row = database.get<ActionRow>('SELECT * FROM actions WHERE id = ? AND client = ?', id, askerOf(errand))
    if (row === undefined) return []
    const action = actionOf(row, isLive, now)
    const stage = stageOf(action)
    if (status === 'cancelled' && (stage === 'waiting' || action.status === 'pending')) return [{ errand, action, told: null }]
    if (status === 'cancelled' && (stage === 'cancelled' || !isOver(stage))) return []
    const text = isFinal(stage) ? resultText(action.result, redaction) : null
    return status === stage && result === text ? [] : [{ errand, action, told: { stage, result: text } }]
  })
}

/** A result as an object, which is the form in which it goes, without copies of keys. */
function resultText(result: JsonValue, redaction: Redaction): string {
  const clean = redaction.deep(result)
  return JSON.stringify(resultFrom(JSON.stringify(isObject(clean) ? clean : { message: clean })))
}

export const reportsDue = (database: Database, reporting: Reporting): boolean => steps(database, reporting).length > 0

/** Ends here what the machine that asked took back. */
export function endTakenBack(store: Transaction, reporting: Reporting): void {
  for (const { action, told } of steps(store, reporting)) if (told === null) cancel(store, action.id, reporting.isLive)
}

/** Tells the machine that asked for one action, whose server has to agree. False: all know everything. */
export function tellOne(store: Transaction, reporting: Reporting): boolean {
  for (const { errand, told } of steps(store, reporting)) {
    if (told === null) continue
    report(store, errand.id, told.stage, told.result)
    return true
  }
  return false
}

/** Results that were told are no news on this machine. */
export const markTold = (store: Transaction, here: string): void => markSeen(store, toldUnseen(store, here))

/** Ended actions of other machines that count as news here, although those who asked were told. */
export const toldUnseen = (database: Database, here: string): readonly string[] =>
  errandsIn(database, 'target = ? AND taken = 1', here)
    .filter(({ status }) => isOver(status))
    .filter(
      ({ id }) => database.get('SELECT 1 AS one FROM actions WHERE id = ? AND finished IS NOT NULL AND seen IS NULL', id) !== undefined,
    )
    .map(({ id }) => id)

/** For the audit: what one asked for. */
export const subjectOf = (errand: ErrandRow): { readonly client: string; readonly tool: string; readonly subject: string } => ({
  ...{ client: askerOf(errand), tool: errand.type, subject: errand.id },
})
