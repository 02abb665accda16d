import { limits } from '../limits.ts'

/** What stays in front and behind, and what differs in the middle: `same{-old-}{+new+}same`. */
export function marked(wanted: string, present: string): string {
  let start = 0
  while (start < wanted.length && start < present.length && wanted[start] === present[start]) start++
  let end = 0
  while (
    end < wanted.length - start &&
    end < present.length - start &&
    wanted[wanted.length - 1 - end] === present[present.length - 1 - end]
  )
    end++
  const gone = wanted.slice(start, wanted.length - end)
  const came = present.slice(start, present.length - end)
  const around = (text: string): string => (text.length > 60 ? `${text.slice(0, 30)}…${text.slice(-30)}` : text)
  const show = (text: string): string => JSON.stringify(text.length > 300 ? `${text.slice(0, 300)}…` : text).slice(1, -1)
  const tail = end === 0 ? '' : present.slice(-end)
  return `${around(present.slice(0, start))}${gone === '' ? '' : `{-${show(gone)}-}`}${came === '' ? '' : `{+${show(came)}+}`}${around(tail)}`
}

function pairs(text: string): Map<string, number> {
  const found = new Map<string, number>()
  for (let at = 0; at + 1 < text.length; at++) {
    const pair = text.slice(at, at + 2)
    found.set(pair, (found.get(pair) ?? 0) + 1)
  }
  return found
}

/** Sørensen–Dice likeness of two texts by their pairs of characters: 0 nothing in common, 1 the same. */
function likeness(wanted: ReadonlyMap<string, number>, wantedLength: number, text: string): number {
  if (wantedLength < 2 || text.length < 2) return 0
  let common = 0
  for (const [pair, count] of pairs(text)) common += Math.min(count, wanted.get(pair) ?? 0)
  return (2 * common) / (wantedLength - 1 + text.length - 1)
}

export interface NearMiss {
  /** Line number, from 1. */
  readonly line: number
  readonly text: string
}

/** The lines of a text that come nearest to a wanted one, when they come near at all; looks no longer than `until`. */
export function nearMiss(text: string, wanted: string, until: number, now: () => number): NearMiss | null {
  if (text.length > limits.nearMissCharacters || wanted.length > limits.nearMissWanted) return null
  const lines = text.split('\n')
  const asked = wanted.replace(/\n$/, '').split('\n')
  const model = pairs(wanted)
  const rare = pairs(asked.reduce((longest, line) => (line.trim().length > longest.trim().length ? line : longest), '').trim())
  const rareLength = [...rare.values()].reduce((sum, count) => sum + count, 1)
  let best: NearMiss | null = null
  let bestScore = 0.6
  for (let at = 0; at + asked.length <= lines.length; at++) {
    if (now() > until) break
    // A cheap look first: some line of the window must resemble the longest wanted line.
    const window = lines.slice(at, at + asked.length)
    const near = window.some((line) => likeness(rare, rareLength, line.trim()) > 0.5)
    if (!near) continue
    const candidate = window.join('\n')
    if (candidate.length > 4 * wanted.length + 200) continue
    const score = likeness(model, wanted.length, candidate)
    if (score > bestScore) [best, bestScore] = [{ line: at + 1, text: candidate }, score]
  }
  return best
}
