/** How a key may be written, folded. */
export interface KeySpelling {
  readonly text: string
  /** So many characters in front of it and behind it hold bits of the key and of its neighbours, as in base64. */
  readonly mixed: readonly [number, number]
}

/** Looks for one spelling. What it finds takes time with the length of the text, whatever the key repeats inside. */
export class Literal {
  readonly text: string
  readonly mixed: KeySpelling['mixed']
  private known: Uint32Array | undefined

  constructor({ text, mixed }: KeySpelling) {
    this.text = text
    this.mixed = mixed
  }

  /** Its places in a text, from an offset on; overlapping ones are one place. */
  placesIn(text: string, from: number): [number, number][] {
    const found: [number, number][] = []
    this.match(text, from, (matched) => {
      const start = before(text, matched - this.text.length, this.mixed[0])
      const end = behind(text, matched, this.mixed[1])
      const last = found.at(-1)
      if (last !== undefined && start < last[1]) last[1] = end
      else found.push([start, end])
    })
    return found
  }

  /** Returns how many of its first characters a text ends with, but never all of them. */
  begunAtEndOf(text: string): number {
    return this.match(text, Math.max(0, text.length - this.text.length + 1), () => undefined)
  }

  /** Tells each place where it ends; answers how many of its characters are matched at the end of the text (Knuth, Morris, Pratt). */
  private match(text: string, from: number, ends: (at: number) => void): number {
    const { text: wanted, borders } = this
    let matched = 0
    for (let at = from; at < text.length; at++) {
      const code = folded(text.charCodeAt(at))
      while (matched > 0 && wanted.charCodeAt(matched) !== code) matched = borders[matched - 1] ?? 0
      if (wanted.charCodeAt(matched) === code) matched++
      if (matched < wanted.length) continue
      ends(at + 1)
      matched = borders[matched - 1] ?? 0
    }
    return matched
  }

  /** For each beginning of it the longest shorter one that it ends with. */
  private get borders(): Uint32Array {
    if (this.known !== undefined) return this.known
    const { text } = this
    const borders = new Uint32Array(text.length)
    for (let at = 1, so = 0; at < text.length; at++) {
      while (so > 0 && text.charCodeAt(at) !== text.charCodeAt(so)) so = borders[so - 1] ?? 0
      if (text.charCodeAt(at) === text.charCodeAt(so)) so++
      borders[at] = so
    }
    this.known = borders
    return borders
  }
}

const isBase64 = (text: string, at: number): boolean => /[\w+/-]/.test(text.charAt(at))

function before(text: string, start: number, most: number): number {
  let at = start
  while (start - at < most && isBase64(text, at - 1)) at--
  return at
}

function behind(text: string, end: number, most: number): number {
  let at = end
  while (at - end < most && isBase64(text, at)) at++
  // What fills the last group belongs to it.
  while (most > 0 && text[at] === '=') at++
  return at
}

const table = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return letter === '-' ? 43 : letter === '_' ? 47 : letter.toLowerCase().charCodeAt(0)
})

/**
 * One UTF-16 unit as keys are compared: ASCII letters in lower case, since hex and UUIDs come in either, and the URL-safe
 * alphabet of base64 as the other one.
 */
export const folded = (code: number): number => (code < 128 ? (table[code] ?? code) : code)

/** Folds a whole text. Its length stays, since only ASCII letters change their case. */
export function foldedText(text: string): string {
  const lower = /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase()
  return lower.replaceAll('-', '+').replaceAll('_', '/')
}
