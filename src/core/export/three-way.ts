/** One thing that an import may bring, as three digests; null: it is not there. */
export interface ThreeWays {
  /** As the import before brought it. */
  readonly base: string | null
  /** As it is on this computer. */
  readonly here: string | null
  /** As the export has it. */
  readonly there: string | null
}

/**
 * What an import makes of it. `add`, `follow` (changed there only) and `remove` (gone there, untouched here) change this computer. The
 * others leave it: `same`, `none` (nothing of the export's), `mine` (changed here only), `both`, `edited` (gone there, changed here) and
 * `away` (removed here).
 */
export type ImportVerdict = 'none' | 'same' | 'add' | 'follow' | 'remove' | 'mine' | 'both' | 'edited' | 'away'

/** Compares this computer and the export with the last import. Without a last import, a difference counts as changed on both sides. */
export function judge({ base, here, there }: ThreeWays): ImportVerdict {
  if (there === null) return base === null || here === null ? 'none' : here === base ? 'remove' : 'edited'
  if (here === there) return 'same'
  if (here === null) return base === null ? 'add' : 'away'
  if (here === base) return 'follow'
  return there === base ? 'mine' : 'both'
}

/** What a verdict becomes where a person asks for the export's. */
export const withTheirs = (verdict: ImportVerdict): ImportVerdict =>
  verdict === 'away' ? 'add' : verdict === 'edited' ? 'remove' : verdict === 'both' || verdict === 'mine' ? 'follow' : verdict

/** What is remembered for the next import; null: nothing. */
export function baseAfter(verdict: ImportVerdict, { base, there }: ThreeWays): string | null {
  if (verdict === 'none' || verdict === 'remove' || verdict === 'edited') return null
  return verdict === 'mine' || verdict === 'both' || verdict === 'away' ? base : there
}
