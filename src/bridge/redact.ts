import type { Answer, Content } from './call.ts'

const DOTS = '••••••••'
/** Shorter values are too common in ordinary text to be replaced everywhere. */
const SHORTEST = 8
const token = /mtw_[A-Za-z0-9_-]{43}/g

/** Takes stored keys and session tokens out of everything that leaves: answers, audit, logs. */
export class Redaction {
  private readonly load: () => Promise<readonly string[]>
  private loaded: Promise<readonly string[]> | undefined
  private known: readonly string[] = []

  constructor(load: () => Promise<readonly string[]>) {
    this.load = load
  }

  /** Reads the keys once; later calls cost nothing. */
  async ready(): Promise<void> {
    this.loaded ??= this.load()
    const keys = await this.loaded
    if (this.known.length === 0 && keys.length > 0) this.known = spelled(keys)
  }

  text(text: string): string {
    let clean = text
    for (const key of this.known) if (clean.includes(key)) clean = clean.replaceAll(key, DOTS)
    return clean.includes('mtw_') ? clean.replace(token, DOTS) : clean
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
  return [...new Set(all)].sort((a, b) => b.length - a.length)
}
