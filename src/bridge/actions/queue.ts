import type { JsonValue } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { insteadOf } from '../base/near-ids.ts'
import { failed } from '../base/refusal.ts'
import { type IsLive, noClaim } from '../handoff/claims.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { type Action, actionOf, type ActionRow, listColumns } from './action.ts'
import type { ActionStatus } from '../../model/bridge-words.ts'
import { select } from './select.ts'
import type { PreparedAction } from './type.ts'

/** An action that is to be queued by the author of the transaction. */
export interface NewAction extends PreparedAction {
  readonly id: string
  readonly type: string
  readonly roots: readonly string[]
}

export const newActionId = (random: (bytes: number) => string): string => `a-${random(6)}`

/** SQL that is true for an action that a person is asked about. */
const person = `status = 'needs_user' AND carrier = 'person'`

/** How many actions wait for a person's decision. */
export const undecided = ({ get }: Database, now: number): number =>
  get<{ count: number }>(`SELECT count(*) AS count FROM actions WHERE ${person} AND expires > ?`, now)?.count ?? 0

/** Queues an action. Throws a Refusal where its id is in use or too many wait. */
export function queue(store: Transaction, { id, type, params, to, carrier, claimable, roots, needs }: NewAction): ActionStatus {
  if (store.get('SELECT 1 AS one FROM actions WHERE id = ?', id) !== undefined)
    throw failed(`There is an action ${id} already; leave the id out, or take another.`)
  const unfinished = store.get<{ count: number }>(`SELECT count(*) AS count FROM actions WHERE status IN ('pending', 'claimed', 'running')`)
  if ((unfinished?.count ?? 0) >= limits.actionsQueued)
    throw failed(`${limits.actionsQueued} actions wait already; cancel some with cancel_action, or wait.`)
  const text = JSON.stringify(params)
  checkRoom(store, Buffer.byteLength(text))
  if (needs !== undefined && undecided(store, store.now) >= limits.actionsUndecided)
    throw failed(`${limits.actionsUndecided} actions wait for a person already: mcp-twin actions list; cancel_action cancels one.`)
  const { client, session } = store.author
  const status = needs === undefined ? 'pending' : 'needs_user'
  // The client's answer names the person already; its inbox need not repeat it.
  const seen = needs === undefined ? null : store.now
  store.run(
    `INSERT INTO actions (id, type, params, roots, recipient, carrier, claimable, status, result, client, session, machine, at, updated, expires, finished, seen)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ...[id, type, text, JSON.stringify(roots), to, carrier, claimable ? 1 : 0, status],
    ...[needs === undefined ? null : JSON.stringify(needs), client, session, store.machine],
    ...[store.now, store.now, store.now + limits.actionMs, seen, seen],
  )
  store.run(
    `DELETE FROM actions WHERE finished IS NOT NULL AND n <= (SELECT max(n) FROM actions) - ? AND NOT (${person})`,
    limits.actionsKept,
  )
  store.changed('action', id)
  return status
}

/** Refuses long params where waiting actions hold too many bytes already. SQLite knows the lengths without reading the texts. */
function checkRoom(database: Database, bytes: number): void {
  if (bytes <= limits.actionShown) return
  const held = database.get<{ bytes: number }>(
    `SELECT total(octet_length(params) + ifnull(octet_length(result), 0)) AS bytes FROM actions
       WHERE status IN ('pending', 'claimed', 'running', 'needs_user')`,
  )
  if ((held?.bytes ?? 0) + bytes > limits.actionsQueuedBytes)
    throw failed(
      `Waiting actions would hold more than ${limits.actionsQueuedBytes / 2 ** 20} MiB; cancel some with cancel_action (list_actions names them), or write the text to a file and name it.`,
    )
}

/** An action as it is now. Throws a Refusal where there is none of that id. */
export function read(database: Database, id: string, isLive: IsLive, now: number): Action {
  const row = database.get<ActionRow>('SELECT * FROM actions WHERE id = ?', id)
  if (row !== undefined) return actionOf(row, isLive, now)
  const known = database.all<{ id: string; title: string }>(`SELECT id, type AS title FROM actions ORDER BY n DESC LIMIT ${limits.nearIds}`)
  throw failed(`There is no action ${JSON.stringify(id)}; list_actions names those there are.${insteadOf(id, 'a', known)}`)
}

/** The status of an action now, without reading what it holds; null: there is none of that id. */
export function statusNow(database: Database, id: string, isLive: IsLive, now: number): ActionStatus | null {
  const row = database.get<ActionRow>(`SELECT ${listColumns} FROM actions WHERE id = ?`, id)
  return row === undefined ? null : actionOf(row, isLive, now).status
}

/** Actions, the newest first. */
export function list(
  database: Database,
  { status, limit }: { readonly status?: ActionStatus | undefined; readonly limit: number },
  isLive: IsLive,
  now: number,
): readonly Action[] {
  // The stored status may be out of date: an action is pending again once its claim has ended, and expires without a write.
  const stored: Partial<Record<ActionStatus, readonly ActionStatus[]>> = {
    pending: ['pending', 'claimed'],
    expired: ['expired', 'pending', 'claimed', 'needs_user'],
  }
  const wanted = status === undefined ? [] : (stored[status] ?? [status])
  const where = wanted.length === 0 ? 'TRUE' : `status IN (${wanted.map(() => '?').join(', ')})`
  const keep = (action: Action): boolean => status === undefined || action.status === status
  return select(database, { where, values: wanted, order: 'newest', limit, keep }, isLive, now)
}

/** Counts the actions that `list` may name, and the bytes of their params and results. An action that expired meanwhile counts by its stored status. */
export function totalOf(database: Database, status: ActionStatus | undefined): { readonly count: number; readonly bytes: number } {
  const sums = 'SELECT count(*) AS count, coalesce(sum(octet_length(params) + ifnull(octet_length(result), 0)), 0) AS bytes FROM actions'
  const [where, values] = status === undefined ? ['', []] : ['WHERE status = ?', [status]]
  return database.get<{ count: number; bytes: number }>(`${sums} ${where}`, ...values) ?? { count: 0, bytes: 0 }
}

/** The number of actions of each status that is not final, and of `needs_user`. */
export const counts = (database: Database): Readonly<Record<string, number>> =>
  Object.fromEntries(
    database
      .all<{ status: string; count: number }>(
        `SELECT status, count(*) AS count FROM actions WHERE status IN ('pending', 'claimed', 'running', 'needs_user') GROUP BY status ORDER BY status`,
      )
      .map(({ status, count }) => [status, count]),
  )

/** Cancels an action that is pending, claimed, or waits for a person. */
export function cancel(store: Transaction, id: string, isLive: IsLive): Action {
  const { client } = store.author
  const action = read(store, id, isLive, store.now)
  const { status } = action
  if (status === 'running') throw failed(`Action ${id} is being carried out; get_action shows how it ends.`)
  if (status !== 'pending' && status !== 'claimed' && status !== 'needs_user') throw failed(`Action ${id} is ${status} already.`)
  finish(store, id, 'cancelled', { message: `Cancelled by ${client}.` })
  return read(store, id, isLive, store.now)
}

/** Gives an action its final status. The inbox of the client that asked shows it, unless that client ended it itself. */
export function finish(store: Transaction, id: string, status: ActionStatus, result: JsonValue): void {
  store.run(
    `UPDATE actions SET status = ?, result = ?, updated = ?, finished = ?, generation = NULL, ${noClaim},
       seen = CASE WHEN client = ? THEN ? END WHERE id = ?`,
    ...[status, JSON.stringify(result), store.now, store.now, store.author.client, store.now, id],
  )
  store.changed('action', id)
}
