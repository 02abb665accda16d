import { limits } from '../base/limits.ts'
import type { IsLive } from '../handoff/claims.ts'
import type { Database } from '../store/database.ts'
import { type Action, actionOf, type ActionRow, listColumns } from './action.ts'

export interface ActionQuery {
  /** A condition of SQL, whose parameters are `?`. */
  readonly where: string
  readonly values: readonly (string | null)[]
  /** Which come first. */
  readonly order: 'oldest' | 'newest'
  readonly limit: number
  keep(action: Action): boolean
}

/**
 * Actions that `keep` accepts as they are now, at most `limit`, without long params and results. Reads page by page: the stored status may be out of date, and a LIMIT in
 * SQL counts the rows that `keep` rejects.
 */
export function select(
  database: Database,
  { where, values, order, limit, keep }: ActionQuery,
  isLive: IsLive,
  now: number,
): readonly Action[] {
  const [beyond, direction] = order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC']
  const page = Math.max(limit, limits.actionsListed)
  const found: Action[] = []
  for (let last = order === 'oldest' ? 0 : Number.MAX_SAFE_INTEGER; found.length < limit; ) {
    const rows = database.all<ActionRow>(
      `SELECT ${listColumns} FROM actions WHERE (${where}) AND n ${beyond} ? ORDER BY n ${direction} LIMIT ?`,
      ...[...values, last, page],
    )
    found.push(...rows.map((row) => actionOf(row, isLive, now)).filter(keep))
    const end = rows.at(-1)
    if (end === undefined || rows.length < page) break
    last = end.n
  }
  return found.slice(0, limit)
}
