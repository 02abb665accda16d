import { mapTexts } from '../../core/object.ts'
import { versionOf } from './access.ts'
import type { Answer, Content } from './call.ts'
import { KeyFinder, withoutPlaces } from '../../model/redaction/key-finder.ts'

/** Shorter keys are too common in ordinary text to be replaced everywhere. */
const SHORTEST = 8
/** Cleaning a shorter text again takes no time. */
const worthKeeping = 10_000
const tokenPrefix = 'mtw_'
/** A token of a session; those overlap with nothing but themselves, so each place is looked at, not only those behind the last one. */
const token = /mtw_[A-Za-z0-9_-]{43}/y
const tokenLength = 47
/** All tokens begin alike, so these four characters alone give nothing away. */
const tokenBeginning = /mtw_[A-Za-z0-9_-]{0,42}$/

/** Takes stored keys and session tokens out of everything that leaves: answers, audit, logs. */
export class Redaction {
  private readonly load: () => Promise<readonly string[]>
  private readonly files: readonly string[]
  /** The files of keys as they were when they were read; null: never. */
  private seen: string | null = null
  private finder: KeyFinder | undefined
  private readonly keys = new Set<string>()
  /** What was cleaned last: a tool that needed to see more than it answers has done it already. */
  private cleaned = ''
  /** Characters of the longest key: one that overlaps a piece of text lies within so many characters around it. */
  longest = tokenLength

  /** `files`: those in which keys are stored; without them they are read once. */
  constructor(load: () => Promise<readonly string[]>, files: readonly string[] = []) {
    this.load = load
    this.files = files
  }

  /** Learns the keys that are stored now. Those that were known stay: what holds a key that has been changed since holds a key. */
  async ready(): Promise<void> {
    let seen = ''
    for (const file of this.files) seen += versionOf(file)
    if (seen === this.seen) return
    const known = this.keys.size
    for (const key of await this.load()) this.keys.add(key)
    this.seen = seen
    if (this.keys.size === known) return
    this.cleaned = ''
    this.finder = new KeyFinder([...this.keys], SHORTEST)
    this.longest = Math.max(tokenLength, this.finder.longest)
  }

  text(text: string): string {
    return this.part(text, 0, text.length)
  }

  /** The characters from `from` to `to` without those that belong to a key, also to one that reaches beyond them. */
  part(text: string, from: number, to: number): string {
    if (text === this.cleaned) return text.slice(from, to)
    const clean = withoutPlaces(text, this.places(text), from, to)
    if (clean.length > worthKeeping) this.cleaned = clean
    return clean
  }

  /** Whether a file that is no text holds a key. */
  holdsKey(bytes: Buffer): boolean {
    return this.places(bytes.toString('utf8')).length > 0
  }

  /** Whether a value of JSON holds a key, in a text or in a name. */
  keyIn(value: unknown): boolean {
    return this.places(JSON.stringify(value)).length > 0
  }

  /** How many characters at the end of a text that goes on may be the beginning of a key. */
  begun(text: string): number {
    const [tokenPart = ''] = tokenBeginning.exec(text.slice(1 - tokenLength)) ?? []
    return Math.max(tokenPart.length, this.finder?.begun(text) ?? 0)
  }

  answer(answer: Answer): Answer {
    const content = answer.content.map((part): Content => (part.type === 'text' ? { type: 'text', text: this.text(part.text) } : part))
    const { data, recorded, cursor } = answer
    const more = { ...(recorded === true && { recorded }), ...(cursor !== undefined && { cursor }) }
    return data === undefined ? { content, ...more } : { ...more, content, data: this.deep(data) as Record<string, unknown> }
  }

  /** Returns a JSON value with the keys removed from its texts and names. */
  deep(value: unknown): unknown {
    // One look at all of it, which nearly always finds nothing, costs less than one at each of its texts.
    return this.keyIn(value) ? mapTexts(value, (text) => this.text(text)) : value
  }

  /** The places of keys and tokens. */
  private places(text: string): [number, number][] {
    const found = this.finder?.places(text) ?? []
    for (let at = text.indexOf(tokenPrefix); at >= 0; at = text.indexOf(tokenPrefix, at + 1)) {
      token.lastIndex = at
      if (token.test(text)) found.push([at, at + tokenLength])
    }
    return found
  }
}
