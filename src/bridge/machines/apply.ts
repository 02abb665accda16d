import { keepMachines } from '../handoff/addressed.ts'
import type { SqlValue } from '../store/database.ts'
import type { Transaction } from '../store/transaction.ts'
import type { ChangedRow, News, SharedRow } from './batch.ts'
import { arrivals, giveWay, noArrivals } from './giving-way.ts'
import { forgetConflicts, hasUnsent, laidThing, layAgain, seenOf } from './outbox.ts'
import { columnsIn, deleteRow, putRow } from './put-row.ts'
import { sharedTables } from './tables.ts'
import type { OpenCopy } from './row.ts'

/** Under which name a copy keeps the number up to which it holds everything. */
const seenName = 'server seen'

export const seenBy = ({ get }: Pick<Transaction, 'get'>): number =>
  Number(get<{ value: string }>('SELECT value FROM meta WHERE name = ?', seenName)?.value ?? 0)

/** Under which name a copy that is fetched again keeps the number up to which its changes were told. */
const toldName = 'server told'

/** Has everything fetched again. Its changes are not announced a second time, and unsent writes stay. */
export function renewCopy(copy: OpenCopy): void {
  copy.run('UPDATE OR REPLACE meta SET name = ? WHERE name = ?', toldName, seenName)
  layAgain(copy)
}

/** Writes what the server has ordered to a copy. `sent`: rows of this machine, by the number that they were given. */
export function apply(copy: Transaction, news: News, sent: ReadonlyMap<number, readonly ChangedRow[]>): void {
  if (news.upTo <= seenBy(copy)) return
  const arrived = hasUnsent(copy) ? arrivals(copy, news.batches) : noArrivals
  const changed = new Set<string>()
  for (const row of news.rows) {
    const thing = hasUnsent(copy) ? laidThing(copy, row.kind, row.key) : null
    const own = sent.get(row.n)?.find(({ kind, key }) => kind === row.kind && key === row.key)?.own ?? '{}'
    if (thing === null) applyRow(copy, row, own, row.n)
    else if (applyBelow(copy, row, arrived.numbers.has(row.n))) changed.add(thing)
  }
  for (const thing of changed) giveWay(copy, thing)
  arrived.settle()
  const told = Number(copy.get<{ value: string }>('SELECT value FROM meta WHERE name = ?', toldName)?.value ?? 0)
  const last = Math.max(told, ...arrived.numbers)
  for (const { n, client, changes } of news.batches) if (n > last) forgetConflicts(copy, client, changes)
  for (const { client, session, at, changes } of news.batches.filter(({ n }) => n > told && !arrived.numbers.has(n)))
    for (const { kind, id, namespace } of changes) copy.changed(kind, id, namespace, { client, session, at })
  keepMachines(copy, new Set(news.batches.map(({ machine }) => machine)))
  copy.run('INSERT OR REPLACE INTO meta (name, value) VALUES (?, ?)', seenName, String(news.upTo))
}

function applyRow(copy: Transaction, { kind, key, body }: SharedRow, own: string, n: number): void {
  // A kind of a newer program, which knows what to do with it when this one is updated: the copy is fetched anew then.
  if (sharedTables[kind] === undefined) return
  const values: readonly SqlValue[] = JSON.parse(key)
  let extra: string | null = null
  if (body === null) deleteRow(copy, kind, values)
  else extra = putRow(copy, kind, values, columnsIn(body), columnsIn(own))
  copy.run('INSERT OR REPLACE INTO revisions (kind, key, n, extra) VALUES (?, ?, ?, ?)', kind, key, n, extra)
}

/** Takes over a row that an unsent write lies over. Returns whether another machine has changed it. */
function applyBelow(copy: Transaction, { kind, key, body, n }: SharedRow & { readonly n: number }, isOwn: boolean): boolean {
  const isKnown = seenOf(copy, kind, key) === n
  copy.run('UPDATE covered SET body = ? WHERE kind = ? AND key = ?', body, kind, key)
  copy.run(
    'INSERT INTO revisions (kind, key, n, extra) VALUES (?, ?, ?, NULL) ON CONFLICT (kind, key) DO UPDATE SET n = excluded.n',
    ...[kind, key, n],
  )
  return !isKnown && !isOwn
}
