/** Fewest single-character edits between two words (Levenshtein, with a swap of neighbours counted once). */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const above = rows[i - 1] ?? []
      const same = a[i - 1] === b[j - 1] ? 0 : 1
      let best = Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1)
      row.push(best)
    }
    rows.push(row)
  }
  return rows[a.length]?.[b.length] ?? 0
}

/** The known word that a mistyped one most likely meant; null when none is near, or within `most` edits. */
export function nearest(word: string, known: Iterable<string>, most = Number.POSITIVE_INFINITY): string | null {
  // Of a word of one or two letters, two edits leave nothing.
  const limit = Math.min(Math.max(2, Math.floor(word.length / 3)), word.length - 1, most)
  let best: string | null = null
  let least = limit + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - word.length) >= least) continue
    const edits = distance(word.toLowerCase(), candidate.toLowerCase())
    if (edits < least) [best, least] = [candidate, edits]
  }
  return best
}

const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, '')

/** How many names are told. */
const named = 3

/** Names like the one that was asked for: mistyped, otherwise spelled, or one within the other; the nearest first, at most three. */
export function alike(asked: string, known: readonly string[]): readonly string[] {
  const bare = letters(asked)
  const typo = nearest(asked, known)
  const within = known.filter((name) => {
    const other = letters(name)
    return bare.length > 2 && other.length > 2 && (other.includes(bare) || bare.includes(other))
  })
  return [...new Set([...(typo === null ? [] : [typo]), ...within])].filter((name) => name !== asked).slice(0, named)
}
