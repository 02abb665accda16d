import { limits } from '../../base/limits.ts'
import type { Database } from '../../store/database.ts'
import type { Transaction } from '../../store/transaction.ts'
import { errandsIn } from '../intake/errand.ts'

const most = 100

const oldOnes = (database: Database, here: string, now: number) =>
  errandsIn(database, '(machine = ?1 OR target = ?1) AND expires < ?2 LIMIT ?3', here, now - limits.actionMs, most)

export const isOldHere = (database: Database, here: string, now: number): boolean => oldOnes(database, here, now).length > 0

/** Removes what expired so long ago that nobody waits for it any more; the queue of each machine keeps what became of it. */
export function forget(store: Transaction, here: string): void {
  for (const { id } of oldOnes(store, here, store.now)) store.run('DELETE FROM errands WHERE id = ?', id)
}
