import type { Database } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import { claimColumns, claimIn, type ClaimRow, type IsLive, machineOf, noClaim } from './claims.ts'

interface ClaimedRow extends ClaimRow {
  id: string
  namespace: string
}

/** Handoffs that a process of this machine had claimed that has ended since. */
export const endedClaims = (
  { all }: Pick<Database, 'all'>,
  isLive: IsLive,
): readonly { readonly id: string; readonly namespace: string }[] =>
  all<ClaimedRow>(`SELECT id, namespace, ${claimColumns} FROM handoff_heads WHERE status = 'claimed'`).filter((row) => {
    const claim = claimIn(row)
    return claim !== null && machineOf(claim.start) === null && !isLive(claim)
  })

/** Opens them: on other machines nobody can see that those processes have ended. */
export function releaseEnded(store: Transaction, isLive: IsLive): void {
  for (const { id, namespace } of endedClaims(store, isLive)) {
    store.run(`UPDATE handoff_heads SET status = 'open', ${noClaim} WHERE id = ?`, id)
    store.changed('handoff', id, namespace)
  }
}
