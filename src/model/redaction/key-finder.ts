import { Beginnings } from './beginnings.ts'
import { Matcher } from './matcher.ts'
import { dumped } from './dumped.ts'
import { separated, separatedAtEnd } from './separated.ts'
import { withParts } from './spellings.ts'
import { escapeBegun, unescaped } from './unescaped.ts'
import { unwrapped, wrapBegun } from './unwrapped.ts'
import { through, type View } from './view.ts'

/** What replaces a key. */
export const DOTS = '••••••••'
/** So much longer than a key its most wasteful spelling is, as HTML and doubled escapes write it. */
const mostWasteful = 8
/** Characters of line ends, indentation and colours that a spelling may also hold. */
const besides = 64

/** What escapes, colours and line ends are written with. */
const special = /[^ -$'-[\]-~]/
const short = 2000
/** Eight numbers with something between take so many characters. */
const leastNumbers = 23

type Span = [number, number]

const whole = (text: string): View => ({ text, places: (from, to) => [[from, to]] })

/**
 * Finds copies of keys in texts: as they are and in the spellings in which they turn up, whatever the case of their letters,
 * with escapes, colours or line ends inside.
 */
export class KeyFinder {
  private readonly matcher: Matcher
  private readonly beginnings: Beginnings
  private readonly shortest: number
  /** Characters of the longest copy: one that reaches into a piece of text lies within so many around it. */
  readonly longest: number

  /** `shortest`: keys with fewer characters are too common in ordinary text to be looked for. */
  constructor(keys: readonly string[], shortest: number) {
    const known = [...new Set(keys.filter(({ length }) => length >= shortest).flatMap(withParts))]
    this.matcher = new Matcher(known)
    this.beginnings = new Beginnings(this.matcher, known)
    this.shortest = shortest
    const longestKey = known.reduce((most, { length }) => Math.max(most, length), 0)
    this.longest = Math.max(this.matcher.longest, longestKey * mostWasteful) + besides
  }

  /** The places of copies, in no order; they may overlap. */
  places(text: string): Span[] {
    if (text.length < this.shortest) return []
    const found: Span[] = []
    for (const view of views(text, false))
      for (const { literal, from } of this.matcher.in(view.text))
        for (const [start, end] of literal.placesIn(view.text, from)) found.push(...view.places(start, end))
    return found
  }

  /** How many characters at the end of a text that goes on may be the beginning of a copy. */
  begun(text: string): number {
    const tail = text.slice(-this.longest)
    const known = tail.slice(0, tail.length - escapeBegun(tail))
    const read = [...views(tail, true), ...(known === tail ? [] : views(known, true))]
    return read.reduce((most, { text: seen, places }) => {
      // A copy may go on in the next line.
      const end = seen.length - wrapBegun(seen)
      const length = Math.max(
        this.beginnings.longestAtEnd(seen.slice(0, end)),
        end === seen.length ? 0 : this.beginnings.longestAtEnd(seen),
      )
      const from = length === 0 ? tail.length : (places(Math.max(0, end - length), end)[0]?.[0] ?? tail.length)
      return Math.max(most, tail.length - from)
    }, 0)
  }
}

/** All that a text may be read as. `open`: it goes on, and its end is looked at. */
function views(text: string, open: boolean): View[] {
  // Most texts are short, and are what they are.
  const isPlain = !open && text.length < short && !special.test(text)
  if (isPlain && text.length < leastNumbers) return [whole(text)]
  const plain = isPlain ? null : unescaped(text)
  const bare = plain?.text ?? text
  const numbers = open ? separatedAtEnd(bare) : separated(bare)
  const further = [...(isPlain ? [] : unwrapped(bare)), ...(numbers === null ? [] : [numbers]), ...dumped(bare, open)]
  return [whole(text), ...(plain === null ? further : [plain, ...further.map((view) => through(view, plain))])]
}

/** The characters of a text from `from` to `to`, each of these places as dots, also one that reaches beyond them; line ends stay. */
export function withoutPlaces(text: string, places: readonly Span[], from: number, to: number): string {
  let clean = ''
  let at = from
  for (const [start, end] of joined(places)) {
    if (end <= from || start >= to) continue
    const begin = Math.max(at, start)
    clean += text.slice(at, begin) + dotted(text.slice(begin, Math.min(end, to)))
    at = Math.min(end, to)
  }
  return clean + text.slice(at, to)
}

/** Line ends stay, so that lines of a file keep their numbers. */
function dotted(copy: string): string {
  const [first = '', ...more] = copy.split('\n')
  const dots = more.map((line) => DOTS.slice(0, line.trim().length) + (line.endsWith('\r') ? '\r' : ''))
  return [DOTS + (first.endsWith('\r') && more.length > 0 ? '\r' : ''), ...dots].join('\n')
}

/** Sorts places; those that overlap or touch become one. */
function joined(places: readonly Span[]): Span[] {
  const all: Span[] = []
  for (const [start, end] of [...places].sort(([one], [other]) => one - other)) {
    const last = all.at(-1)
    if (last !== undefined && start < last[1]) last[1] = Math.max(last[1], end)
    else all.push([start, end])
  }
  return all
}
