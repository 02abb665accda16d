/** One spelling of a key. What it finds takes time with the length of the text, whatever the key repeats inside. */
export class Form {
  readonly text: string
  private known: Uint32Array | undefined

  constructor(text: string) {
    this.text = text
  }

  /** Where it stands in a text; what overlaps is one place. */
  placesIn(text: string): [number, number][] {
    const first = text.indexOf(this.text)
    if (first < 0) return []
    const { length } = this.text
    const found: [number, number][] = []
    let matched = 0
    for (let at = first; at < text.length; at++) {
      matched = this.next(matched, text.charCodeAt(at))
      if (matched < length) continue
      const start = at + 1 - length
      const last = found.at(-1)
      if (last !== undefined && start < last[1]) last[1] = at + 1
      else found.push([start, at + 1])
    }
    return found
  }

  /** How many of its first characters, all of them excepted, a text ends with. */
  begunAtEndOf(text: string): number {
    let matched = 0
    for (let at = Math.max(0, text.length - this.text.length + 1); at < text.length; at++) matched = this.next(matched, text.charCodeAt(at))
    return matched
  }

  /** Characters matched after one more (Knuth, Morris, Pratt). */
  private next(matched: number, code: number): number {
    const { text } = this
    let so = matched
    while (so > 0 && (so === text.length || text.charCodeAt(so) !== code)) so = this.borders[so - 1] ?? 0
    return text.charCodeAt(so) === code ? so + 1 : so
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
