import type { JsonObject } from '../../model/entry.ts'
import { failed } from '../base/refusal.ts'
import { type Claim, claimColumns, claimIn, type ClaimRow, claimValues, type IsLive, isHeld, setClaim } from '../handoff/claims.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import type { Action, ActionRow } from './action.ts'
import { release } from './claims.ts'
import { finish, read } from './queue.ts'
import type { PreparedAction } from './type.ts'

/** The process that carries an action out: the holder of the lease with its generation, or a typed command without one. */
export interface Carrying extends Claim {
  readonly generation: number | null
}

/** Starts the oldest action that waits for the runner; null: none does. */
export function beginNext(store: Transaction, by: Carrying, isLive: IsLive): Action | null {
  const row = store.get<{ id: string }>(
    `SELECT id FROM actions WHERE status = 'pending' AND carrier = 'runner' AND expires > ? ORDER BY n LIMIT 1`,
    store.now,
  )
  return row === undefined ? null : begin(store, row.id, by, isLive)
}

/** Starts an action after a person's approval, or again at a person's wish. Refuses if it differs from the action that was `shown`. */
export function beginApproved(store: Transaction, shown: Action, by: Claim, isLive: IsLive): Action {
  const { id } = shown
  const action = read(store, id, isLive, store.now)
  demandAsShown(action, shown)
  return begin(store, id, { ...by, generation: null }, isLive)
}

/** Refuses an action that is another one than was shown, or waits for nobody's approval. */
function demandAsShown(action: Action, shown: Action): void {
  const { id, status } = action
  demandHere(action)
  if (whatIs(action) !== whatIs(shown)) throw failed(`Action ${id} is another one than was shown; nothing was done. Look at it again.`)
  if (status !== 'needs_user')
    throw failed(
      status === 'pending' || status === 'claimed' || status === 'running'
        ? `Action ${id} is ${status}, so it needs nobody's approval; get_action shows how it ends.`
        : `Action ${id} is ${status} already; queue it again.`,
    )
}

/** Refuses what only a person on another machine can approve. */
export function demandHere({ id, to, carrier }: Action): void {
  if (carrier === 'machine') throw failed(`Action ${id} is for ${to}: a person on that machine types mcp-twin actions run ${id} there.`)
}

/** Has an action that another machine asked for go its usual way here, once a person has agreed. Refuses if it differs from the one that was `shown`. */
export function allow(store: Transaction, shown: Action, way: Pick<PreparedAction, 'carrier' | 'claimable'>, isLive: IsLive): Action {
  const { id } = shown
  demandAsShown(read(store, id, isLive, store.now), shown)
  store.run(
    `UPDATE actions SET status = 'pending', carrier = ?, claimable = ?, result = NULL, updated = ?, finished = NULL, seen = NULL WHERE id = ?`,
    ...[way.carrier, way.claimable ? 1 : 0, store.now, id],
  )
  store.changed('action', id)
  return read(store, id, isLive, store.now)
}

/** The parts of an action that a person approves, as a text to compare. */
const whatIs = ({ type, params, roots, from, to, timestamp, result }: Action): string =>
  JSON.stringify([type, params, roots, from, to, timestamp, result])

function begin(store: Transaction, id: string, by: Carrying, isLive: IsLive): Action {
  store.run(
    `UPDATE actions SET status = 'running', tries = tries + 1, updated = ?, finished = NULL, seen = NULL, generation = ?, ${setClaim} WHERE id = ?`,
    ...[store.now, by.generation, ...claimValues(by, store.now), id],
  )
  store.changed('action', id)
  return read(store, id, isLive, store.now)
}

/** Records the outcome of an action. False: this process no longer carries it out, so nothing is recorded. */
export function end(
  store: Transaction,
  id: string,
  { session }: Claim,
  outcome: { status: 'done' | 'failed' | 'needs_user'; result: JsonObject },
) {
  const row = store.get<ActionRow>('SELECT * FROM actions WHERE id = ?', id)
  if (row?.status !== 'running' || row.claim_session !== session) return false
  finish(store, id, outcome.status, outcome.result)
  return true
}

/** An action that was settled, and how, for the audit. */
export interface Settled {
  readonly id: string
  readonly type: string
  readonly client: string
  readonly outcome: string
}

export interface Settling {
  /** The generation of the holder. An action that was started in an earlier one is no longer carried out by anybody. */
  readonly generation: number
  /** Ids of the actions that the holder is carrying out now. */
  readonly current: ReadonlySet<string>
  isRepeatable(type: string): boolean
}

const notBegun = `(status = 'pending' OR (status = 'needs_user' AND carrier = 'person'))`

interface DoubtfulRow
  extends ClaimRow,
    Pick<ActionRow, 'id' | 'type' | 'client' | 'carrier' | 'status' | 'tries' | 'generation' | 'expires'> {}

/** Without params and results, which may be long: these rows are read every second as long as somebody works on an action. */
const columns = `id, type, client, carrier, status, tries, generation, expires, ${claimColumns}`

/** Claimed and running actions, and those that nobody has started in time. */
const doubtful = (database: Database, now: number): readonly DoubtfulRow[] => [
  ...database.all<DoubtfulRow>(`SELECT ${columns} FROM actions WHERE status IN ('claimed', 'running')`),
  ...database.all<DoubtfulRow>(`SELECT ${columns} FROM actions WHERE ${notBegun} AND expires <= ?`, now),
]

/** Whether an action has to be settled, and when the next one expires (`next`, ms since the epoch). */
export function outlook(database: Database, settling: Settling, isLive: IsLive, now: number) {
  const rows = doubtful(database, now)
  return {
    isDue: rows.some((row) => whatBecomes(row, settling, isLive, now) !== null),
    /** Somebody works on an action; its process may die at any time, so the caller looks again soon. */
    isWatched: rows.length > 0,
    next: database.get<{ next: number | null }>(`SELECT min(expires) AS next FROM actions WHERE ${notBegun}`)?.next ?? null,
  }
}

type Fate = 'expired' | 'released' | 'again' | 'lost'

function whatBecomes(row: DoubtfulRow, { generation, current, isRepeatable }: Settling, isLive: IsLive, now: number): Fate | null {
  const claim = claimIn(row)
  if (row.status === 'claimed') return claim === null || !isHeld(claim, isLive, now) ? 'released' : null
  if (row.status !== 'running') return row.expires <= now ? 'expired' : null
  const isOver = row.generation === null ? claim === null || !isLive(claim) : row.generation !== generation || !current.has(row.id)
  if (!isOver) return null
  return row.generation !== null && row.tries < 2 && isRepeatable(row.type) ? 'again' : 'lost'
}

/** Settles actions whose process has died, whose claim has ended, or that nobody has started in time. */
export function settle(store: Transaction, settling: Settling, isLive: IsLive): readonly Settled[] {
  return doubtful(store, store.now).flatMap((row) => {
    const { id, type, client } = row
    const fate = whatBecomes(row, settling, isLive, store.now)
    if (fate === null) return []
    if (fate === 'released' || fate === 'again') release(store, id)
    else if (fate === 'expired') finish(store, id, 'expired', { message: 'Expired before anyone started it.' })
    else finish(store, id, 'failed', lost(row))
    return [{ id, type, client, outcome: outcomes[fate] }]
  })
}

const outcomes: Readonly<Record<Fate, string>> = {
  expired: 'expired',
  released: 'pending again: its claimer is gone',
  again: 'pending again: its process died in the middle',
  lost: 'failed: its process died in the middle, so it may have been carried out',
}

const lost = ({ id, type, carrier }: DoubtfulRow): JsonObject => ({
  unknown: true,
  error: `The process that carried it out died in the middle, so it may have been carried out. Look before you queue it again${
    carrier === 'person' ? `: mcp-twin sync --dry-run shows whether a config is unfinished` : ''
  } (${type} ${id}).`,
})
