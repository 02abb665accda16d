import { limits } from '../base/limits.ts'
import { quoted } from './names.ts'
import { different, nearestPart } from './nearest-part.ts'
import { escapes, looksAlike } from './unseen.ts'

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
  const quoted_ = (text: string): string => quoted(text.length > 300 ? `${text.slice(0, 300)}…` : text).slice(1, -1)
  const show = looksAlike(gone, came)
    ? (text: string) => escapes(quoted_(text))
    : (text: string) => quoted_(text).replaceAll('\ufffd', '\\ufffd')
  const tail = end === 0 ? '' : present.slice(-end)
  return `${around(present.slice(0, start))}${gone === '' ? '' : `{-${show(gone)}-}`}${came === '' ? '' : `{+${show(came)}+}`}${around(tail)}`
}

/** Pairs of neighbouring characters, letters' case aside, with how often they occur. */
function pairs(text: string): Map<string, number> {
  const found = new Map<string, number>()
  const folded = text.toLowerCase()
  for (let at = 0; at + 1 < folded.length; at++) {
    const pair = folded.slice(at, at + 2)
    found.set(pair, (found.get(pair) ?? 0) + 1)
  }
  return found
}

/** How much of the wanted pairs a text has, from 0 to 1, and a little less for a text that has much else. */
function coverage(wanted: ReadonlyMap<string, number>, text: string): number {
  let common = 0
  let all = 0
  const there = pairs(text)
  for (const [pair, count] of wanted) {
    common += Math.min(count, there.get(pair) ?? 0)
    all += count
  }
  return all === 0 ? 0 : common / all - text.length / 1e9
}

export interface NearMiss {
  /** Line number, from 1. */
  readonly line: number
  readonly text: string
}

interface Candidate {
  readonly line: number
  readonly text: string
  readonly score: number
}

/** A longer line is not looked at: a file without line ends would take seconds. */
const longestLine = 256 * 1024
/** Windows of lines that are looked at character by character. */
const candidatesKept = 6
/** Of the characters asked for, so many may differ. */
const mostDifferent = 0.4

/** The part of a text that comes nearest to a wanted one, when it comes near at all; looks no longer than `until`. */
export function nearMiss(text: string, wanted: string, until: number, now: () => number): NearMiss | null {
  if (text.length > limits.nearMissCharacters || wanted.length > limits.nearMissWanted) return null
  const asked = wanted.replace(/\n$/, '')
  let best: NearMiss | null = null
  let least = different * mostDifferent * asked.length
  for (const { line, text: window, score } of candidates(text, asked, until, now)) {
    if (best !== null && now() > until) break
    const found = nearestPart(window, asked)
    // Too much to compare character by character: by its pairs alone.
    if (found === null && best === null && score > 1.5 * mostDifferent) best = { line, text: window }
    if (found === null || found.cost > least) continue
    const part = window.slice(found.from, found.to)
    // What only comes close by being short says nothing.
    if (part.trim() === '') continue
    least = found.cost - 1
    best = { line: line + window.slice(0, found.from).split('\n').length - 1, text: part }
  }
  return best
}

function candidates(text: string, asked: string, until: number, now: () => number): readonly Candidate[] {
  const lines = text.split('\n')
  const wanted = asked.split('\n')
  const model = pairs(asked)
  const longest = pairs(wanted.reduce((found, line) => (line.trim().length > found.trim().length ? line : found), '').trim())
  const near = lines.map((line) => line.length <= longestLine && now() <= until && coverage(longest, line) >= 0.5)
  let kept: Candidate[] = []
  for (let at = 0; at + wanted.length <= lines.length && now() <= until; at++) {
    // A cheap look first: some line of the window must resemble the longest wanted line.
    if (!near.slice(at, at + wanted.length).includes(true)) continue
    const window = lines.slice(at, at + wanted.length).join('\n')
    const score = coverage(model, window)
    if (score < 0.5 || (kept.length === candidatesKept && score <= (kept.at(-1)?.score ?? 0))) continue
    kept = [...kept, { line: at + 1, text: window, score }].sort((one, other) => other.score - one.score).slice(0, candidatesKept)
  }
  return kept
}
