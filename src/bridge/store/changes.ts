import { lastChange } from './connection.ts'
import type { Database, Row } from './database.ts'

/** A change of the store, for `wait_for_change`, subscriptions and the counts of what waits. */
export interface StoreChange {
  readonly kind: string
  /** A memory key, or the id of a handoff, question, search or action. */
  readonly id: string
  readonly namespace: string | null
  readonly by: string
  readonly session: string
  /** Ms since the epoch. */
  readonly at: number
  /** Grows with every change of the store. */
  readonly n: number
}

interface ChangeRow extends Row {
  n: number
  kind: string
  id: string
  namespace: string | null
  client: string
  session: string
  at: number
}

export { lastChange }

/** The changes after number `n`, oldest first. */
export const changesAfter = (database: Database, n: number): StoreChange[] =>
  database
    .all<ChangeRow>('SELECT n, kind, id, namespace, client, session, at FROM changes WHERE n > ? ORDER BY n', n)
    .map(({ client, ...change }) => ({ ...change, by: client }))

/** The changes of one session after number `n`, oldest first. */
export const changesOf = (database: Database, session: string, n: number): Pick<StoreChange, 'kind' | 'id' | 'namespace' | 'n'>[] =>
  database.all('SELECT n, kind, id, namespace FROM changes WHERE n > ? AND session = ? ORDER BY n', n, session)

/** The changes after number `n`, oldest first; null where some of them are no longer kept, or `n` lies ahead of the store. */
export function changesSince(database: Database, n: number): StoreChange[] | null {
  const oldest = database.get<{ n: number | null }>('SELECT min(n) AS n FROM changes')?.n ?? null
  return n > lastChange(database) || (oldest !== null && n + 1 < oldest) ? null : changesAfter(database, n)
}
