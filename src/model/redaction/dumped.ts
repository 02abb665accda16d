import type { View } from './view.ts'

/** The beginning of a line of hexdump, xxd, od or Format-Hex: an offset, with hexadecimal groups behind it. A line number may come first. */
const line = /[ \t]*(?:\d{1,5}[:|\t-][ \t]*)?(?:0x)?[0-9a-f]{4,16}(?:h|:)?[ \t]+(?=[0-9a-f]{2})/iy
const group = /([0-9a-f]{2}|[0-9a-f]{4}|[0-9a-f]{8})(?:[ \t]{1,2}(?![ \t])|(?=[ \t\r\n])|$)/iy
/** Bytes that these programs write in one line; what follows them are letters. */
const mostBytes = 16

interface Dumped {
  readonly byte: string
  readonly place: number
  /** Where its line ends, with the letters. */
  readonly end: number
}

/**
 * The text that a dump shows: read as single bytes or big-endian words, and as the little-endian words
 * that `hexdump` and `od -x` write. A place in it goes to the end of its line, where the same is shown as letters. `open`: the
 * text goes on, and so may the group at its end.
 */
export function dumped(text: string, open: boolean): View[] {
  const [straight, swapped]: [Dumped[], Dumped[]] = [[], []]
  let differ = false
  let size = 0
  for (let at = 0; at < text.length; ) {
    const next = text.indexOf('\n', at)
    const end = next < 0 ? text.length : next
    line.lastIndex = at
    if (mayBegin(text, at) && line.test(text) && line.lastIndex < end) {
      for (const { digits, place } of groups(text, line.lastIndex)) {
        size = Math.max(size, digits.length)
        if (open && place + digits.length === text.length && digits.length < size) break
        const bytes = (digits.match(/../g) ?? []).map(
          (byte): Dumped => ({ byte: String.fromCharCode(Number.parseInt(byte, 16)), place, end }),
        )
        straight.push(...bytes)
        swapped.push(...bytes.reverse())
        if (digits.length > 2) differ = true
      }
    }
    at = end + 1
  }
  return [straight, ...(differ ? [swapped] : [])].filter(({ length }) => length > 0).map(viewOf)
}

/** Whether a line begins as dumps do; most lines do not, and a pattern would take longer to find out. */
function mayBegin(text: string, start: number): boolean {
  let at = start
  while (isBlank(text, at)) at++
  if (text[at] === '0' && text[at + 1] === 'x') at += 2
  let from = at
  while (isHex(text, at)) at++
  if (at - from <= 5 && /[:|\t-]/.test(text.charAt(at))) {
    at++
    while (isBlank(text, at)) at++
    from = at
  }
  while (isHex(text, at)) at++
  if (at - from < 4) return false
  while (!isBlank(text, at) && at - from < 20) at++
  while (isBlank(text, at)) at++
  return isHex(text, at) && isHex(text, at + 1)
}

const isBlank = (text: string, at: number): boolean => text[at] === ' ' || text[at] === '\t'
const isHex = (text: string, at: number): boolean => hex[text.charCodeAt(at)] === 1
const hex = Uint8Array.from({ length: 128 }, (_, code) => (/[0-9a-f]/i.test(String.fromCharCode(code)) ? 1 : 0))

function groups(text: string, from: number): { digits: string; place: number }[] {
  const found: { digits: string; place: number }[] = []
  let bytes = 0
  for (group.lastIndex = from; bytes < mostBytes; ) {
    const place = group.lastIndex
    const digits = group.exec(text)?.[1]
    if (digits === undefined) break
    found.push({ digits, place })
    bytes += digits.length / 2
  }
  return found
}

const viewOf = (bytes: readonly Dumped[]): View => ({
  text: Buffer.from(bytes.map(({ byte }) => byte).join(''), 'latin1').toString('utf8'),
  places: (from, to) => [[bytes[from]?.place ?? 0, bytes[to - 1]?.end ?? 0]],
})
