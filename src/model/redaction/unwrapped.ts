import { Replaced, type View } from './view.ts'

const RETURN = 13
/** A line end counts as put into a key only if at least this many characters before it are no blanks. */
const leastBefore = 8
/** Prefixes of lines in listings, quotes and comments. */
const lead = /(?:(?:\d+[ \t]*[:|-]|\d+\t|[>#*|;][ \t]|\/\/)[ \t]*){1,3}/y

/** Letters, digits and the few signs of keys and of base64. */
const isToken = Uint8Array.from({ length: 128 }, (_, code) => (/[\w+/=.~-]/.test(String.fromCharCode(code)) ? 1 : 0))
const tokenAt = (text: string, at: number): boolean => isToken[text.charCodeAt(at)] === 1

/** True if the token characters before a place are long enough to go on in the next line. */
function endsRun(text: string, end: number): boolean {
  if (end < leastBefore) return false
  for (let at = end - 1; at >= end - leastBefore; at--) if (!tokenAt(text, at)) return false
  return true
}

/** The places of line ends inside of long words, with the indentation behind them. */
function* lineEnds(text: string): Generator<{ readonly start: number; readonly end: number }> {
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
    const start = text.charCodeAt(at - 1) === RETURN ? at - 1 : at
    if (!endsRun(text, start)) continue
    let end = at + 1
    while (text[end] === ' ' || text[end] === '\t') end++
    yield { start, end }
  }
}

/**
 * A text without the line ends inside of long words, as base64 and `fold` put them; and, where something like a
 * line number begins the next line, without that too. None where there are none.
 */
export function unwrapped(text: string): View[] {
  const ends = [...lineEnds(text)]
  if (ends.length === 0) return []
  const bare = ends.map(({ start, end }) => {
    lead.lastIndex = end
    return { start, end: lead.test(text) ? lead.lastIndex : end }
  })
  const differ = bare.some(({ end }, at) => end !== ends[at]?.end)
  return [joined(text, ends), differ ? joined(text, bare) : null].filter((view) => view !== null)
}

/** A text without some of its parts, each where a word goes on behind it. */
function joined(text: string, parts: readonly { readonly start: number; readonly end: number }[]): View | null {
  const replaced = new Replaced()
  const pieces: string[] = []
  let from = 0
  for (const { start, end } of parts) {
    if (!tokenAt(text, end)) continue
    replaced.note(start, end, 0)
    pieces.push(text.slice(from, start))
    from = end
  }
  return replaced.view(pieces.length === 0 ? text : pieces.join('') + text.slice(from), true)
}

/** The beginning of a prefix of a line. */
const begunLead = /\r?(?:\n[ \t]*(?:(?:\d*[ \t]*[:|-]?|[>#*|;]|\/{1,2})[ \t]*){0,3})?$/

/** How many characters at the end of a text may be a line end inside of a long word, and the prefix of the next line. */
export function wrapBegun(text: string): number {
  const tail = text.slice(-64)
  const length = tail.length - (begunLead.exec(tail)?.index ?? tail.length)
  return length > 0 && endsRun(text, text.length - length) ? length : 0
}
