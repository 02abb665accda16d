import type { Database } from '../store/database.ts'

/** Why the server refused the first unsent write of those that it refused; null: it refused none. */
export const refusalIn = ({ get }: Pick<Database, 'get'>): string | null =>
  get<{ refused: string }>(`SELECT refused FROM outbox WHERE refused != '' ORDER BY n LIMIT 1`)?.refused ?? null

/** Why a write over unsent batches cannot be sent before they are: the server has refused them. Null: it has not. */
export function refusalBelow(database: Pick<Database, 'get'>, batches: ReadonlySet<string>): string | null {
  for (const id of batches)
    if (database.get('SELECT 1 AS one FROM outbox WHERE id = ? AND refused IS NOT NULL', id) !== undefined) return refusalIn(database)
  return null
}

/** Notes that the server has refused a batch. It stays, with all that lies over it, and what lies elsewhere goes on. */
export function refuseEntry(copy: Pick<Database, 'run'>, id: string, why: string): void {
  copy.run('UPDATE outbox SET refused = ? WHERE id = ?', why, id)
  holdBack(copy)
}

const isOverRefused = `EXISTS (
  SELECT 1 FROM outbox_rows r JOIN outbox_rows below ON below.thing = r.thing JOIN outbox earlier ON earlier.id = below.batch
    WHERE r.batch = outbox.id AND earlier.n < outbox.n AND earlier.refused IS NOT NULL)`

/** Has batches that lie over refused ones wait with them. */
function holdBack({ run }: Pick<Database, 'run'>): void {
  while (run(`UPDATE outbox SET refused = '' WHERE refused IS NULL AND ${isOverRefused}`) > 0);
}

/** Has a batch that was just kept wait where it lies over refused ones. */
export const holdBackNew = ({ run }: Pick<Database, 'run'>, id: string): number =>
  run(`UPDATE outbox SET refused = '' WHERE id = ? AND EXISTS (SELECT 1 FROM outbox WHERE refused IS NOT NULL) AND ${isOverRefused}`, id)

/** Has everything that was refused sent once more: there may be room now. Returns whether anything was. */
export const tryRefusedAgain = ({ run }: Pick<Database, 'run'>): boolean =>
  run('UPDATE outbox SET refused = NULL WHERE refused IS NOT NULL') > 0
