import { limits } from '../base/limits.ts'

export interface NearMiss {
  /** Line number, from 1. */
  readonly line: number
  readonly text: string
}

interface Candidate extends NearMiss {
  readonly score: number
}

/** A longer line counts as empty: it would be shown in no useful way. */
const longestLine = 256 * 1024
/** Windows of lines that are compared character by character. */
const candidatesKept = 6
/** Cells of the table that one such comparison may fill: some milliseconds. */
const mostCells = 4_000_000
/** Share of the wanted characters that may differ. */
const mostDifferent = 0.4
/** Cost of a character that is changed, added or missing; another case of a letter costs 1. */
const different = 4

/**
 * The part of a text that resembles a wanted one most; null when none does. The sizes of both bound the work, and no clock does,
 * so that the same file gives the same answer on every machine.
 */
export function nearMiss(text: string, wanted: string): NearMiss | null {
  if (text.length > limits.nearMissCharacters || wanted.length > limits.nearMissWanted) return null
  const asked = wanted.replace(/\n$/, '')
  let best: NearMiss | null = null
  let least = different * mostDifferent * asked.length
  for (const { line, text: window, score } of candidates(text.split('\n'), asked.split('\n'))) {
    const found = nearestPart(window, asked)
    // Too long to compare character by character: judged by its pairs alone.
    if (found === null && best === null && score > 1.5 * mostDifferent) best = { line, text: window }
    if (found === null || found.cost > least) continue
    const part = window.slice(found.from, found.to)
    // Cheap only because it is short.
    if (part.trim() === '') continue
    least = found.cost - 1
    best = { line: line + window.slice(0, found.from).split('\n').length - 1, text: part }
  }
  return best
}

/** The windows of as many lines as are wanted that have the most of the wanted pairs, best first. */
function candidates(lines: readonly string[], wanted: readonly string[]): readonly Candidate[] {
  const counter = new PairCounter(wanted)
  let kept: Candidate[] = []
  for (let end = 0; end < lines.length; end++) {
    const start = end - wanted.length + 1
    counter.add(lines[end] ?? '', 1)
    if (start > 0) counter.add(lines[start - 1] ?? '', -1)
    const { score } = counter
    if (start < 0 || score < 0.5 || (kept.length === candidatesKept && score <= (kept.at(-1)?.score ?? 0))) continue
    const found = { line: start + 1, text: lines.slice(start, end + 1).join('\n'), score }
    kept = [...kept, found].sort((one, other) => other.score - one.score).slice(0, candidatesKept)
  }
  return kept
}

/** Counts which pairs of neighbouring characters of some wanted lines a window of lines has; letters' case makes no difference. */
class PairCounter {
  private readonly indexes = new Map<number, number>()
  /** How often the wanted lines have each pair, and the window. */
  private readonly wanted: number[] = []
  private readonly present: number[] = []
  /** Tells for most pairs, without a look into the map, that they are not wanted. */
  private readonly mayBeWanted = new Uint8Array(1 << 16)
  private total = 0
  private common = 0
  private length = 0

  constructor(lines: readonly string[]) {
    for (const line of lines) {
      const folded = line.toLowerCase()
      for (let at = 0; at + 1 < folded.length; at++) {
        const [one, other] = [folded.charCodeAt(at), folded.charCodeAt(at + 1)]
        const index = this.indexes.get((one << 16) | other) ?? this.wanted.length
        this.indexes.set((one << 16) | other, index)
        this.mayBeWanted[((one << 8) ^ other) & 0xffff] = 1
        this.wanted[index] = (this.wanted[index] ?? 0) + 1
        this.present[index] = 0
        this.total++
      }
    }
  }

  /** Share of the wanted pairs in the window, and a little less for one that has much else. */
  get score(): number {
    return this.total === 0 ? 0 : this.common / this.total - this.length / 1e9
  }

  /** `many`: 1 for a line that enters the window, -1 for one that leaves it. */
  add(line: string, many: 1 | -1): void {
    if (line.length > longestLine) return
    const folded = line.toLowerCase()
    this.length += many * line.length
    for (let at = 0; at + 1 < folded.length; at++) {
      const [one, other] = [folded.charCodeAt(at), folded.charCodeAt(at + 1)]
      if (this.mayBeWanted[((one << 8) ^ other) & 0xffff] === 0) continue
      const index = this.indexes.get((one << 16) | other)
      if (index === undefined) continue
      const present = (this.present[index] ?? 0) + (many === 1 ? 0 : -1)
      if (present < (this.wanted[index] ?? 0)) this.common += many
      this.present[index] = present + (many === 1 ? 1 : 0)
    }
  }
}

interface Part {
  readonly from: number
  readonly to: number
  readonly cost: number
}

/** The part of a text that becomes a wanted one by the cheapest changes (Sellers 1980); null where the table would be too large. */
function nearestPart(text: string, wanted: string): Part | null {
  if (text.length * wanted.length > mostCells) return null
  const rows = wanted.length + 1
  // One column for each character of the text: the cost of the first `row` wanted characters ending here, and where that match began.
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
