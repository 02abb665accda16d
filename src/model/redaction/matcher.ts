import { folded, Literal } from './literal.ts'
import { spellings } from './spellings.ts'

/** What a literal is first known by: so many of its characters, from its middle, since keys of one vendor begin alike. */
const mostWindow = 16
/** The window is looked for by groups of so many characters. */
const GROUP = 3
/** So many characters of spellings are kept that were looked for lately; making one again takes as long as spelling its key. */
const kept = 8 * 1024 * 1024

/**
 * Finds which spellings of many keys a text holds, looking at a fraction of its characters (Wu and Manber 1994). Of a
 * spelling only some numbers are kept, since the spellings of a long key take forty times its space.
 */
export class Matcher {
  private readonly keys: readonly string[]
  private readonly keyOf: Uint32Array
  private readonly nth: Uint8Array
  private readonly offset: Uint32Array
  private readonly windowHash: Int32Array
  private readonly headHash: Int32Array
  private readonly byWindow: Chains
  private readonly byHead: Chains
  private readonly skips: Uint8Array
  private readonly window: number
  private readonly literals = new Map<number, Literal>()
  private keptNow = 0
  /** Length of the longest spelling. */
  readonly longest: number

  constructor(keys: readonly string[]) {
    this.keys = keys
    const all = keys.map(spellings)
    const lengths = all.flat().map(({ text }) => text.length)
    const count = lengths.length
    this.longest = lengths.reduce((most, length) => Math.max(most, length), 0)
    this.window = lengths.reduce((least, length) => Math.min(least, length), mostWindow)
    this.keyOf = new Uint32Array(count)
    this.nth = new Uint8Array(count)
    this.offset = new Uint32Array(count)
    this.windowHash = new Int32Array(count)
    this.headHash = new Int32Array(count)
    this.byWindow = new Chains(count)
    this.byHead = new Chains(count)
    const groups = this.window - GROUP + 1
    this.skips = new Uint8Array(2 ** Math.min(20, Math.max(15, Math.ceil(Math.log2(count * groups + 1)) + 3))).fill(groups)
    let id = 0
    all.forEach((texts, key) => {
      texts.forEach(({ text }, nth) => {
        this.keyOf[id] = key
        this.nth[id] = nth
        this.add(id++, text)
      })
    })
  }

  /** The spellings that a text may hold, and from where on. */
  *in(text: string): Generator<{ readonly literal: Literal; readonly from: number }> {
    const { window, skips } = this
    const mask = skips.length - 1
    const seen = new Set<number>()
    for (let at = window - 1; at < text.length; at++) {
      const skip = skips[groupHash(text, at - 2) & mask] ?? 0
      if (skip > 0) {
        at += skip - 1
        continue
      }
      const start = at - window + 1
      const hash = hashOf(text, start, window)
      if (this.byWindow.first(hash) < 0 || seen.has(hash)) continue
      seen.add(hash)
      for (let id = this.byWindow.first(hash); id >= 0; id = this.byWindow.next(id))
        if (this.windowHash[id] === hash) yield { literal: this.literal(id), from: Math.max(0, start - (this.offset[id] ?? 0)) }
    }
  }

  /** The spellings that begin as a text does from some of its places on. */
  beginningIn(text: string, from: number, to: number): Literal[] {
    const found: Literal[] = []
    const seen = new Set<number>()
    for (let at = from; at < to; at++) {
      const hash = hashOf(text, at, headLength)
      if (this.byHead.first(hash) < 0 || seen.has(hash)) continue
      seen.add(hash)
      for (let id = this.byHead.first(hash); id >= 0; id = this.byHead.next(id))
        if (this.headHash[id] === hash) found.push(this.literal(id))
    }
    return found
  }

  private add(id: number, text: string): void {
    const { window } = this
    const offset = (text.length - window) >> 1
    const hash = hashOf(text, offset, window)
    const head = hashOf(text, 0, headLength)
    this.offset[id] = offset
    this.windowHash[id] = hash
    this.headHash[id] = head
    this.byWindow.put(hash, id)
    this.byHead.put(head, id)
    for (let at = 0; at + GROUP <= window; at++) {
      const group = groupHash(text, offset + at) & (this.skips.length - 1)
      this.skips[group] = Math.min(this.skips[group] ?? 0, window - GROUP - at)
    }
  }

  private literal(id: number): Literal {
    const known = this.literals.get(id)
    if (known !== undefined) return known
    const made = new Literal(spellings(this.keys[this.keyOf[id] ?? 0] ?? '')[this.nth[id] ?? 0] ?? { text: '', mixed: [0, 0] })
    if (this.keptNow + made.text.length > kept) {
      this.literals.clear()
      this.keptNow = 0
    }
    this.keptNow += made.text.length
    this.literals.set(id, made)
    return made
  }
}

/** The fewest characters that count as a beginning. */
export const headLength = 4

const hashOf = (text: string, from: number, length: number): number => {
  let hash = 0
  for (let at = from; at < from + length; at++) hash = Math.imul(hash ^ folded(text.charCodeAt(at)), 0x01000193) + 0x9e3779b9
  return hash | 0
}

const groupHash = (text: string, at: number): number => {
  const [one, two, three] = [folded(text.charCodeAt(at)), folded(text.charCodeAt(at + 1)), folded(text.charCodeAt(at + 2))]
  return Math.imul(one | (two << 8) | (three << 16), 0x9e3779b1) >>> 12
}

/** Numbers by their hash, in chains that two arrays hold. */
class Chains {
  private readonly heads: Int32Array
  private readonly links: Int32Array

  constructor(count: number) {
    this.heads = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 2))).fill(-1)
    this.links = new Int32Array(count).fill(-1)
  }

  put(hash: number, id: number): void {
    const at = hash & (this.heads.length - 1)
    this.links[id] = this.heads[at] ?? -1
    this.heads[at] = id
  }

  first(hash: number): number {
    return this.heads[hash & (this.heads.length - 1)] ?? -1
  }

  next(id: number): number {
    return this.links[id] ?? -1
  }
}
