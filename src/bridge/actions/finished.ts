import type { IsLive } from '../handoff/claims.ts'
import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/store.ts'
import { type Action, actionOf, type ActionRow } from './action.ts'
import { select } from './select.ts'

/** Actions of a client that have ended and that none of its sessions has been shown, oldest first; for `null`, those of all. */
export const finishedFor = (database: Database, client: string | null, limit: number, isLive: IsLive, now: number): readonly Action[] =>
  database
    .all<ActionRow>(
      'SELECT * FROM actions WHERE finished IS NOT NULL AND seen IS NULL AND (?1 IS NULL OR client = ?1) ORDER BY n LIMIT ?2',
      ...[client, limit],
    )
    .map((row) => actionOf(row, isLive, now))

/** Actions that a client may claim, oldest first; for `null`, all that anybody may. */
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

/** Records that who asked has been shown how actions ended. */
export function markSeen(store: Transaction, ids: readonly string[]): void {
  for (const id of ids) {
    store.run('UPDATE actions SET seen = ? WHERE id = ? AND seen IS NULL', store.now, id)
    store.changed('shown', id)
  }
}
