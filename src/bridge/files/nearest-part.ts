/** Steps that one comparison may take: some milliseconds. */
const mostSteps = 4_000_000

/** What one changed, added or missing character costs. */
export const different = 4

export interface Part {
  readonly from: number
  readonly to: number
  /** Four for each character that differs, one for a letter in another case. */
  readonly cost: number
}

/** The part of a text that becomes a wanted one by the fewest changes (Sellers 1980); null where that would take long. */
export function nearestPart(text: string, wanted: string): Part | null {
  if (text.length * wanted.length > mostSteps) return null
  const rows = wanted.length + 1
  // One column a character of the text: what the first so many wanted characters cost when they end here, and where they began.
  let cost = Int32Array.from({ length: rows }, (_, row) => different * row)
  let began = new Int32Array(rows)
  let best: Part = { from: 0, to: 0, cost: different * wanted.length }
  const lower = [text.toLowerCase(), wanted.toLowerCase()] as const
  for (let at = 0; at < text.length; at++) {
    const nextCost = new Int32Array(rows)
    const nextBegan = new Int32Array(rows)
    nextBegan[0] = at + 1
    for (let row = 1; row < rows; row++) {
      const same = text[at] === wanted[row - 1] ? 0 : lower[0][at] === lower[1][row - 1] ? 1 : different
      const changed = (cost[row - 1] ?? 0) + same
      const more = (cost[row] ?? 0) + different
      const less = (nextCost[row - 1] ?? 0) + different
      const least = Math.min(changed, more, less)
      nextCost[row] = least
      nextBegan[row] = (least === changed ? began[row - 1] : least === more ? began[row] : nextBegan[row - 1]) ?? 0
    }
    const last = nextCost[rows - 1] ?? 0
    if (last < best.cost) best = { from: nextBegan[rows - 1] ?? 0, to: at + 1, cost: last }
    cost = nextCost
    began = nextBegan
  }
  return best
}
