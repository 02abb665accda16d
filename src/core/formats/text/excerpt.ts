import { visible } from './shown.ts'

const DOTS = '••••••••'
/** Characters looked at on either side of the trouble; a line may be as long as the file. */
const REACH = 1000
const WIDTH = 100
/** How many of the shown characters are before the trouble. */
const LEAD = 60

/** The text of a member whose name says that it holds a key. */
const KEY_LIKE = /("[^"]{0,80}(?:key|token|secret|passw|auth|credential|cookie)[^"]{0,80}"\s*:\s*")(?:[^"\\]|\\.)+/gi
/** The same in TOML, and in an address: what follows an equals sign. */
const KEY_LIKE_PAIR =
  /((?:key|token|secret|passw|auth|credential|cookie)[\w"'. \t-]{0,80}=[ \t]*)(?:(?:"""|''').*|"(?:[^"\\]|\\.)*"?|'[^']*'?|[^\s"'#,;&}\]]+)/gi
/** A long run without spaces that mixes letters and digits, or a very long one: the shape of most keys. */
const DENSE = /(?=[A-Za-z0-9_+=-]*\d)(?=[A-Za-z0-9_+=-]*[A-Za-z])[A-Za-z0-9_+=-]{16,}|[A-Za-z0-9_+=]{32,}/g

/**
 * One line of a file around an offset, shortened, with everything that looks like a key as dots: the line is shown
 * in errors, and it may belong to an entry whose keys we do not know.
 */
export function maskedAround(text: string, lineStart: number, lineEnd: number, offset: number): string {
  const from = Math.max(lineStart, offset - REACH)
  const window = text.slice(from, Math.min(lineEnd, offset + REACH))
  const byName = replaceAround(window, offset - from, KEY_LIKE, (_, before) => `${before}${DOTS}`)
  const byPair = replaceAround(byName.text, byName.at, KEY_LIKE_PAIR, (_, before) => `${before}${DOTS}`)
  const masked = replaceAround(byPair.text, byPair.at, DENSE, () => DOTS)
  const start = masked.at > LEAD && masked.text.length > WIDTH ? masked.at - LEAD : 0
  const shown = masked.text.slice(start, start + WIDTH)
  const head = from > lineStart || start > 0 ? '…' : ''
  const tail = start + WIDTH < masked.text.length || offset + REACH < lineEnd ? '…' : ''
  return `${head}${visible(shown.replaceAll('\t', ' ')).trim()}${tail}`
}

/** `replace` that also says where an offset has gone; one inside a match goes to the start of its replacement. */
function replaceAround(text: string, at: number, pattern: RegExp, make: (match: string, before: string) => string) {
  let moved = at
  const result = text.replace(pattern, (match: string, ...rest: unknown[]) => {
    const start = rest.find((part): part is number => typeof part === 'number') ?? 0
    const made = make(match, typeof rest[0] === 'string' ? rest[0] : '')
    if (start + match.length <= at) moved += made.length - match.length
    else if (start < at) moved -= at - start
    return made
  })
  return { text: result, at: moved }
}
