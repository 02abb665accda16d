import type { ActionStatus } from '../../model/bridge-words.ts'
import type { JsonObject, JsonValue } from '../../model/entry.ts'
import { limits } from '../base/limits.ts'
import { claimColumns, claimIn, type ClaimRow, type IsLive, isHeld, type StoredClaim } from '../handoff/claims.ts'

/** Statuses after which nothing more happens. */
export const endedStatuses = ['done', 'failed', 'cancelled', 'expired'] as const satisfies readonly ActionStatus[]

/** Statuses that end the wait for an action. Only a person can change one of them afterwards, with `actions run`. */
export const finalStatuses: readonly ('needs_user' | (typeof endedStatuses)[number])[] = ['needs_user', ...endedStatuses]

/** Whether the wait for an action ends with this status. */
export const isFinal = (status: string): status is (typeof finalStatuses)[number] => finalStatuses.some((each) => each === status)

/** Who carries an action out: the runner, the program that claims it, a person who approves it, or another machine. */
export type ActionCarrier = 'runner' | 'twin' | 'person' | 'machine'

/** Work that one program asks of the other side. */
export interface Action {
  readonly id: string
  readonly type: string
  readonly params: JsonObject
  /** The client that asked: its id, or the bearer of a session. */
  readonly from: string
  /** A client id; null: every client but the one that asked. */
  readonly to: string | null
  /** When it was queued, ms since the epoch. */
  readonly timestamp: number
  readonly status: ActionStatus
  /** Its outcome; null until there is one. */
  readonly result: JsonValue
  readonly carrier: ActionCarrier
  /** Whether a program may take it with claim_action, now or once the runner has opened a window for it. */
  readonly claimable: boolean
  /** The roots of the bridge that queued it. */
  readonly roots: readonly string[]
  /** How many times it was started. */
  readonly tries: number
  readonly claim: StoredClaim | null
  readonly updated: number
  /** Bytes of what a list left unread since it is long; absent: nothing was. */
  readonly unread: { readonly params?: number; readonly result?: number }
  /** True once it has ended, until the client that asked has seen the result. */
  readonly resultUnseen: boolean
}

export interface ActionRow extends ClaimRow {
  n: number
  id: string
  type: string
  /** Null in lists, where it is long. */
  params: string | null
  roots: string
  recipient: string | null
  carrier: ActionCarrier
  claimable: number
  status: ActionStatus
  result: string | null
  tries: number
  generation: number | null
  client: string
  at: number
  updated: number
  expires: number
  finished: number | null
  seen: number | null
  /** Of what a list left unread. */
  params_unread?: number | null
  result_unread?: number | null
}

const unlessLong = (name: string): string =>
  `CASE WHEN octet_length(${name}) <= ${limits.actionShown} THEN ${name} END AS ${name},
   CASE WHEN octet_length(${name}) > ${limits.actionShown} THEN octet_length(${name}) END AS ${name}_unread`

/** The columns of an action for a list: long params and results stay unread. */
export const listColumns = `n, id, type, roots, recipient, carrier, claimable, status, tries, generation, client, at, updated, expires, finished, seen,
  ${claimColumns}, ${unlessLong('params')}, ${unlessLong('result')}`

/** An action as it is now: the claim of a dead process is ignored, and an action that nobody started in time is expired. */
export function actionOf(row: ActionRow, isLive: IsLive, now: number): Action {
  const { id, type, client: from, recipient: to, at: timestamp, carrier, tries, updated } = row
  const stored = claimIn(row)
  const claim = stored !== null && isHeld(stored, isLive, now) ? stored : null
  return {
    ...{ id, type, from, to, timestamp, carrier, tries, updated, claim },
    params: row.params === null ? {} : JSON.parse(row.params),
    unread: {
      ...(row.params_unread != null && { params: row.params_unread }),
      ...(row.result_unread != null && { result: row.result_unread }),
    },
    roots: JSON.parse(row.roots),
    claimable: row.claimable === 1,
    resultUnseen: row.finished !== null && row.seen === null,
    status: statusOf(row, claim !== null, now),
    result: row.result === null ? null : JSON.parse(row.result),
  }
}

function statusOf({ status, expires, carrier }: ActionRow, isClaimed: boolean, now: number): ActionStatus {
  const left = status === 'claimed' && !isClaimed ? 'pending' : status
  const waits = left === 'pending' || (left === 'needs_user' && carrier === 'person')
  return waits && expires <= now ? 'expired' : left
}
