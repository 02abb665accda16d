import type { Answer, Content } from './call.ts'
import { type Beginnings, beginningsOf } from './redact/beginnings.ts'
import { Form } from './redact/form.ts'

const DOTS = '••••••••'
/** Shorter values are too common in ordinary text to be replaced everywhere. */
const SHORTEST = 8
/** Tokens of sessions overlap with nothing but themselves, so each place is looked at, not only those behind the last one. */
const token = /(?=mtw_[A-Za-z0-9_-]{43})/g
const tokenLength = 47
/** All tokens begin alike, so that nothing is told by these four characters alone. */
const tokenBeginning = /mtw_[A-Za-z0-9_-]{0,42}$/

/** Takes stored keys and session tokens out of everything that leaves: answers, audit, logs. */
export class Redaction {
  private readonly load: () => Promise<readonly string[]>
  private loaded: Promise<readonly string[]> | undefined
  private known: readonly Form[] = []
  private beginnings: Beginnings | undefined
  /** Characters of the longest thing that is taken out: one that reaches into a piece of text lies within so many around it. */
  longest = tokenLength

  constructor(load: () => Promise<readonly string[]>) {
    this.load = load
  }

  /** Reads the keys once; later calls cost nothing. */
  async ready(): Promise<void> {
    this.loaded ??= this.load()
    const keys = await this.loaded
    if (this.known.length > 0 || keys.length === 0) return
    const forms = spelled(keys)
    this.known = forms.map((form) => new Form(form))
    this.beginnings = beginningsOf(this.known)
    this.longest = Math.max(tokenLength, ...forms.map(({ length }) => length))
  }

  text(text: string): string {
    return this.part(text, 0, text.length)
  }

  /** The characters from `from` to `to` without those that belong to a key, also to one that reaches beyond them. */
  part(text: string, from: number, to: number): string {
    let clean = ''
    let at = from
    for (const [start, end] of this.places(text)) {
      if (end <= from || start >= to) continue
      clean += text.slice(at, Math.max(at, start)) + DOTS
      at = Math.min(end, to)
    }
    return clean + text.slice(at, to)
  }

  /** How many characters at the end of a text that goes on may be the beginning of a key. */
  begun(text: string): number {
    const [tokenPart = ''] = tokenBeginning.exec(text.slice(1 - tokenLength)) ?? []
    return Math.max(tokenPart.length, this.beginnings?.longestAtEnd(text) ?? 0)
  }

  answer(answer: Answer): Answer {
    const content = answer.content.map((part): Content => (part.type === 'text' ? { type: 'text', text: this.text(part.text) } : part))
    return answer.data === undefined ? { content } : { content, data: this.value(answer.data) as Record<string, unknown> }
  }

  private value(value: unknown): unknown {
    if (typeof value === 'string') return this.text(value)
    if (Array.isArray(value)) return value.map((each) => this.value(each))
    if (value === null || typeof value !== 'object') return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, this.value(each)]))
  }

  /** Where keys and tokens stand, in order; those that overlap as one. */
  private places(text: string): [number, number][] {
    const found: [number, number][] = []
    for (const form of this.known) for (const place of form.placesIn(text)) found.push(place)
    if (text.includes('mtw_')) for (const { index } of text.matchAll(token)) found.push([index, index + tokenLength])
    if (found.length < 2) return found
    const joined: [number, number][] = []
    for (const place of found.sort(([one], [other]) => one - other)) {
      const last = joined.at(-1)
      if (last !== undefined && place[0] < last[1]) last[1] = Math.max(last[1], place[1])
      else joined.push(place)
    }
    return joined
  }
}

/** A key may turn up as it is, as JSON writes it, in base64 or in a URL. */
function spelled(keys: readonly string[]): string[] {
  const all = keys
    .filter((key) => key.length >= SHORTEST)
    .flatMap((key) => [
      key,
      JSON.stringify(key).slice(1, -1),
      encodeURIComponent(key),
      Buffer.from(key).toString('base64').replace(/=+$/, ''),
    ])
  return [...new Set(all)]
}
