import type { TriedLines } from '../context.ts'

/** What became of a question in the terminal. */
export type Outcome = 'done' | 'refused' | 'changed' | 'failed'

/** What the page is told while it is open. `what` of `changed`: the parts that it should read again. */
export type Message =
  | { readonly kind: 'changed'; readonly what: readonly string[] }
  | { readonly kind: 'progress'; readonly text: string }
  | { readonly kind: 'event'; readonly happened: object }
  | ({ readonly kind: 'log'; readonly id: string } & TriedLines)
  | { readonly kind: 'answered'; readonly id: string; readonly outcome: Outcome }
  | { readonly kind: 'bye'; readonly why: string }

/** How many messages are kept for a page that was cut off for a moment. */
const kept = 200

/** Numbered messages to all pages. One that comes back with the number of its last gets what it missed. */
export class Live {
  readonly #pages = new Set<(text: string) => void>()
  readonly #sent: { readonly n: number; readonly text: string }[] = []
  #n = 0

  /** Returns what ends it. `last`: the number of the last message that this page got; null: it is new. */
  follow(write: (text: string) => void, last: number | null): () => void {
    // The first bytes say that it is open; the number is where a page begins that was told nothing yet.
    write(`id: ${this.#n}\nevent: open\ndata: {}\n\n`)
    if (last !== null && last !== this.#n) {
      const [oldest] = this.#sent
      const isWhole = last < this.#n && oldest !== undefined && oldest.n <= last + 1
      // What is not kept any more, or was another program's: everything may have changed.
      if (isWhole) for (const { n, text } of this.#sent) if (n > last) write(text)
      if (!isWhole) write(framed(this.#n, { kind: 'changed', what: ['everything'] }))
    }
    this.#pages.add(write)
    return () => this.#pages.delete(write)
  }

  tell(message: Message): void {
    // What a server says while it is tried is for who waits for that, and has no number: nobody comes back for it.
    const isKept = message.kind !== 'log'
    if (isKept) this.#n += 1
    const text = framed(this.#n, message)
    if (isKept) this.#sent.push({ n: this.#n, text })
    if (this.#sent.length > kept) this.#sent.shift()
    for (const write of this.#pages) write(text)
  }

  /** A line that means nothing, by which both ends notice that the other is gone. */
  beat(): void {
    for (const write of this.#pages) write(': \n\n')
  }

  get size(): number {
    return this.#pages.size
  }
}

/** JSON has no line break of its own, so one `data` line holds it. */
const framed = (n: number, { kind, ...data }: Message): string => `id: ${n}\nevent: ${kind}\ndata: ${JSON.stringify(data)}\n\n`
