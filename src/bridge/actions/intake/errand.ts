import { isObject } from '../../../core/object.ts'
import type { JsonObject } from '../../../model/entry.ts'
import { limits } from '../../base/limits.ts'
import { isCopy } from '../../store/connection.ts'
import type { Database, Row } from '../../store/database.ts'
import type { Transaction } from '../../store/transaction.ts'
import { endedStatuses, type finalStatuses } from '../action.ts'

/**
 * How far an action is that one machine asks of another. `asked`: the other one has not taken it; `waiting`: a person is asked there;
 * `approved`: the person has agreed; the rest as actions have it.
 */
export type ErrandStage = 'asked' | 'waiting' | 'approved' | (typeof finalStatuses)[number]

/** An action that one machine asks of another, as both have it. Nothing of it counts before `taking.ts` has checked it. */
export interface ErrandRow extends Row {
  id: string
  type: string
  /** JSON. */
  params: string
  /** A client, or `any`, at the other machine. */
  recipient: string
  /** The machine that carries it out. */
  target: string
  client: string
  session: string
  /** The machine that asks. */
  machine: string
  at: number
  expires: number
  status: string
  /** JSON. */
  result: string | null
  updated: number
  /** On the machine that carries it out: its actions hold it. */
  taken: number | null
}

export interface NewErrand extends Pick<ErrandRow, 'id' | 'type' | 'recipient' | 'target'> {
  readonly params: JsonObject
}

/** Whether nothing more happens after a stage. */
export const isOver = (stage: string): stage is (typeof endedStatuses)[number] => endedStatuses.some((each) => each === stage)

/** Asks another machine for an action. The server has to agree. */
export function ask(store: Transaction, { id, type, params, recipient, target }: NewErrand): void {
  const { client, session } = store.author
  store.run(
    `INSERT INTO errands (id, type, params, recipient, target, client, session, machine, at, expires, status, updated)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'asked', ?)`,
    ...[id, type, JSON.stringify(params), recipient, target, client, session, store.machine],
    ...[store.now, store.now + limits.actionMs, store.now],
  )
  store.changed('errand', id)
}

/** Says how far an action is. */
export function report(store: Transaction, id: string, stage: ErrandStage, result: string | null): void {
  store.run('UPDATE errands SET status = ?, result = ?, updated = ? WHERE id = ?', stage, result, store.now, id)
  store.changed('errand', id)
}

/** Actions that machines ask of each other and that are not forgotten; none where the store is on this machine alone. */
export const errandsIn = (database: Database, where: string, ...values: readonly (string | number)[]): readonly ErrandRow[] =>
  isCopy(database) ? database.all<ErrandRow>(`SELECT * FROM errands WHERE ${where}`, ...values) : []

/** The object in a text of another machine; null: it holds none, or is too long. */
export function objectIn(text: string): JsonObject | null {
  if (text.length > 2 * limits.actionText) return null
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? (value as JsonObject) : null
  } catch {
    return null
  }
}

/** A result that another machine tells of, as it may be shown here. */
export const resultFrom = (text: string | null): JsonObject | null =>
  text === null ? null : (objectIn(text) ?? { error: 'The result is no object, or too long.' })
