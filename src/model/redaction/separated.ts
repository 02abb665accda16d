import type { View } from './view.ts'

const DIGIT = 1
const BETWEEN = 2
const COMMA = 44
const ZERO = 48

/** Hexadecimal digits, and what separates numbers: blanks, `,:;-`, quotes, the `x` of `0x`. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return /[0-9a-f]/i.test(letter) ? DIGIT : /[\s,:;'"x-]/i.test(letter) ? BETWEEN : 0
})
const kindAt = (text: string, at: number): number => kinds[text.charCodeAt(at)] ?? 0
/** Eight bytes as two digits each, with something between. */
const leastRun = 23

function startOfRun(text: string, end: number): number {
  let start = end
  while (start > 0 && kindAt(text, start - 1) !== 0) start--
  return start
}

function hasBetween(text: string, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (kindAt(text, at) === BETWEEN) return true
  return false
}

/** Parts of a text that hold only numbers, at least two, and are at least `leastRun` long: one character in `leastRun` is looked at. */
function* runs(text: string): Generator<[number, number]> {
  for (let at = leastRun - 1; at < text.length; at += leastRun) {
    if (kindAt(text, at) === 0) continue
    const start = startOfRun(text, at)
    let end = at + 1
    while (end < text.length && kindAt(text, end) !== 0) end++
    if (end - start >= leastRun && hasBetween(text, start, end)) yield [start, end]
    at = end
  }
}

/** Numbers in a row with one comma between them, however they are written: `53 45 43`, `0x53, 0x45`, `[83,69]`. Null: there are none. */
export const separated = (text: string): View | null => numbersIn(text, runs(text))

/** The same for the numbers at the end of a text; the last of them may go on. */
export const separatedAtEnd = (text: string): View | null => numbersIn(text, [[startOfRun(text, text.length), text.length]], 'open')

function numbersIn(text: string, found: Iterable<readonly [number, number]>, last: 'open' | 'closed' = 'closed'): View | null {
  const parts: string[] = []
  /** For each character its place in the original. */
  const from: Int32Array[] = []
  for (const [start, end] of found) {
    const codes = new Uint8Array(end - start + 1)
    const places = new Int32Array(end - start + 1)
    let length = 0
    let open = false
    for (let at = start; at < end; at++) {
      const digit = kindAt(text, at) === DIGIT
      const code = text.charCodeAt(at)
      // `0x` says how the digits behind it are to be read.
      if (digit && !open && code === ZERO && (text.charCodeAt(at + 1) | 32) === 120) continue
      if (!digit && !open) continue
      codes[length] = digit ? code : COMMA
      places[length++] = at
      open = digit
    }
    if (length === 0) continue
    // Of an open number `0x` may follow the first digit.
    if (last === 'open' && codes[length - 1] === ZERO && codes[length - 2] === COMMA) length--
    if (last === 'closed') {
      codes[length] = COMMA
      places[length++] = end
    }
    parts.push(Buffer.from(codes.buffer, 0, length).toString('latin1'))
    from.push(places.subarray(0, length))
  }
  if (parts.length === 0) return null
  const ends: number[] = []
  for (const each of from) ends.push((ends.at(-1) ?? 0) + each.length)
  const origin = (place: number): number => {
    const n = ends.findIndex((end) => place < end)
    return from[n]?.[place - (ends[n - 1] ?? 0)] ?? 0
  }
  return { text: parts.join(''), places: (start, end) => [[origin(start), origin(end - 1) + 1]] }
}
