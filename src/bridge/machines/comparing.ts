import { failed } from '../base/refusal.ts'
import type { Database } from '../store/database.ts'
import { seenBy } from './apply.ts'
import type { Ordering } from './ordering.ts'
import type { ServerTotals } from './server.ts'
import { sharedTables } from './tables.ts'

/** Other machines may write while it is counted. */
const tries = 10

/** Throws a Refusal unless the copy holds the same rows as the server, each as its last change left it. */
export async function compareWithServer(copy: Database, ordering: Ordering): Promise<void> {
  for (let at = 0; at < tries; at++) {
    const totals = await ordering.totals()
    if (seenBy(copy) !== totals.last) continue
    const kind = differenceIn(copy, totals)
    if (kind === null) return
    throw failed(`The counts differ: the server holds another number of ${kind} than this machine. Nothing was changed here; try again.`)
  }
  throw failed('Other machines write to the store server all the time, so that nothing could be compared; try again.')
}

/** The table whose rows differ; null: none. Kinds of newer programs are not looked at. */
function differenceIn({ get }: Database, { kinds }: ServerTotals): string | null {
  const none = { rows: 0, live: 0, numbers: 0 }
  return (
    Object.keys(sharedTables).find((kind) => {
      const there = kinds.find((each) => each.kind === kind) ?? none
      const known = get<{ rows: number; numbers: number | null }>(
        'SELECT count(*) AS rows, sum(n) AS numbers FROM revisions WHERE kind = ?',
        kind,
      )
      const live = get<{ n: number }>(`SELECT count(*) AS n FROM ${kind}`)?.n
      return known?.rows !== there.rows || Number(known.numbers ?? 0) !== there.numbers || live !== there.live
    }) ?? null
  )
}
