import type { IsLive } from '../handoff/claims.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { type Action, actionOf, type ActionRow, listColumns } from './action.ts'
import { select } from './select.ts'

/** Ended actions of a client whose result none of its sessions has seen, oldest first; for `null`, of all clients. */
export const finishedFor = (database: Database, client: string | null, limit: number, isLive: IsLive, now: number): readonly Action[] =>
  database
    .all<ActionRow>(
      `SELECT ${listColumns} FROM actions WHERE finished IS NOT NULL AND seen IS NULL AND (?1 IS NULL OR client = ?1) ORDER BY n LIMIT ?2`,
      ...[client, limit],
    )
    .map((row) => actionOf(row, isLive, now))

/** Actions that a client may claim, oldest first; for `null`, those that any client may. */
export const claimableFor = (database: Database, client: string | null, limit: number, isLive: IsLive, now: number): readonly Action[] =>
  select(
    database,
    {
      where: `claimable = 1 AND ((status IN ('pending', 'claimed') AND carrier = 'twin') OR status = 'needs_user')
         AND (? IS NULL OR recipient = ? OR (recipient IS NULL AND client <> ?))`,
      values: [client, client, client],
      order: 'oldest',
      limit,
      keep: ({ status }) => status === 'pending' || status === 'needs_user',
    },
    isLive,
    now,
  )

/** How many actions a client may claim, and how many of its own have ended unseen; for `null`, of all clients. */
export function actionCounts(database: Database, client: string | null): { readonly actions: number; readonly finished: number } {
  const count = (where: string): number =>
    database.get<{ count: number }>(`SELECT count(*) AS count FROM actions WHERE ${where}`, client)?.count ?? 0
  return {
    actions: count(`claimable = 1 AND ((status = 'pending' AND carrier = 'twin') OR status = 'needs_user')
      AND (?1 IS NULL OR recipient = ?1 OR (recipient IS NULL AND client <> ?1))`),
    finished: count('seen IS NULL AND finished IS NOT NULL AND (?1 IS NULL OR client = ?1)'),
  }
}

/** Records that the client that asked has seen the results of these actions. */
export function markSeen(store: Transaction, ids: readonly string[]): void {
  for (const id of ids) {
    store.run('UPDATE actions SET seen = ? WHERE id = ? AND seen IS NULL', store.now, id)
    store.changed('shown', id)
  }
}
