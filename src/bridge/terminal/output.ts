import { count } from '../../core/count.ts'
import { StringDecoder } from 'node:string_decoder'
import { decodeConsole } from '../../effects/machine/console.ts'
import { cutAt, partsOne } from '../base/text.ts'
import { limits } from '../base/limits.ts'
import type { TextMask } from './mask.ts'

export interface OutputPiece {
  readonly text: string
  /** Position of the first character handed back, counted from the beginning of all output. */
  readonly from: number
  /** Where the next read begins. */
  readonly next: number
  readonly total: number
  /** The requested part begins before what is still kept. */
  readonly lost: boolean
  /** Number of characters held back because they may begin a key. */
  readonly held: number
}

export interface Summary {
  readonly text: string
  readonly cut: boolean
  /** Where what can still be read begins. */
  readonly first: number
}

/**
 * What a command printed, both streams as they came: the newest part, up to a limit, and the beginning for a summary.
 * Positions count what was printed, not what is shown. It is shown without keys and cut between characters only; while
 * more may come, an end that may begin a key waits until that is known.
 */
export class Output {
  private readonly mask: TextMask
  private readonly decoders: Readonly<Record<'stdout' | 'stderr', Decoder>>
  private chunks: string[] = []
  /** The first characters, once they are no longer in `chunks`. */
  private beginning = ''
  private kept = 0
  /** Characters dropped at the beginning. */
  private dropped = 0
  private readAt = 0
  /** Up to here it was shown already, so that nothing of it is held back any more. */
  private shown = 0
  private finished = false

  constructor(kind: 'plain' | 'windows', mask: TextMask) {
    this.mask = mask
    this.decoders = { stdout: decoderOf(kind), stderr: decoderOf(kind) }
  }

  get total(): number {
    return this.dropped + this.kept
  }

  /** True when there is output to show beyond `offset`, as in `read`. */
  unread(offset: number | undefined): boolean {
    const from = offset === undefined ? this.readAt : Math.max(offset, 0)
    return this.total > from && this.end() > from
  }

  push(bytes: Buffer, stream: 'stdout' | 'stderr'): void {
    this.add(this.decoders[stream].write(bytes))
  }

  /** No more will come: half a character that is left at the end of the streams, and what was held back, count now. */
  finish(): void {
    this.add(this.decoders.stdout.end())
    this.add(this.decoders.stderr.end())
    this.finished = true
  }

  /** From a position (negative: from the end; none: where the last read ended) at most `limit` characters. */
  read(offset: number | undefined, limit: number): OutputPiece {
    const wanted = offset === undefined ? this.readAt : offset < 0 ? Math.max(0, this.total + offset) : offset
    const { text, from, next } = this.window(wanted, limit)
    this.readAt = next
    const { total } = this
    const end = this.end()
    return { text, from, next, total, lost: wanted < this.first(), held: next < end ? 0 : total - end }
  }

  /** The newest of what was not handed on yet, `from` being where that begins; reads nothing. */
  newest(from: number, limit: number): { readonly text: string; readonly next: number } {
    return this.window(Math.max(from, this.end() - limit), limit)
  }

  /** Returns the output, or its beginning and end when it has more than `limit` characters. */
  summary(limit: number): Summary {
    const end = this.end()
    this.readAt = end
    this.shown = end
    if (end <= limit) return { text: this.shownPart(0, end), cut: false, first: 0 }
    const head = this.head(Math.floor(limit / 4))
    const from = this.between(Math.max(this.first(), end - limit + head.length))
    const text = `${head.text}\n[… ${count(from - head.length, 'character')} left out …]\n${this.shownPart(from, end)}`
    return { text, cut: true, first: this.first() }
  }

  private window(wanted: number, limit: number): { text: string; from: number; next: number } {
    const end = this.end()
    const from = this.between(Math.min(Math.max(wanted, this.first()), end))
    let next = Math.min(from + limit, end)
    // A page for less than one character would never come to an end.
    if (this.parts(next)) next += next - 1 > from ? -1 : 1
    this.shown = Math.max(this.shown, next)
    return { text: this.shownPart(from, next), from, next }
  }

  private end(): number {
    if (this.finished) return this.total
    return Math.max(this.shown, this.total - this.mask.begun(this.slice(this.total - this.mask.longest, this.total)))
  }

  /** Enough text is kept before it to recognise a key that began there. */
  private first(): number {
    return this.dropped === 0 ? 0 : this.between(this.dropped + this.mask.longest)
  }

  private head(limit: number): { text: string; length: number } {
    const raw = this.dropped === 0 ? this.slice(0, limit + this.mask.longest) : this.beginning
    const length = cutAt(raw, limit)
    return { text: this.mask.part(raw, 0, length), length }
  }

  private add(text: string): void {
    if (text === '') return
    this.kept += text.length
    const last = this.chunks.length - 1
    // Many small pieces would take longer to look through than their characters.
    if ((this.chunks[last]?.length ?? Number.POSITIVE_INFINITY) < limits.outputPiece) this.chunks[last] += text
    else this.chunks.push(text)
    while (this.kept - (this.chunks[0]?.length ?? 0) > limits.sessionOutput) {
      if (this.dropped === 0) this.beginning = this.slice(0, Math.floor(limits.outputCharacters / 4) + this.mask.longest)
      const gone = this.chunks.shift()?.length ?? 0
      this.kept -= gone
      this.dropped += gone
    }
  }

  private shownPart(from: number, to: number): string {
    const start = Math.max(this.dropped, from - this.mask.longest)
    return this.mask.part(this.slice(start, to + this.mask.longest), from - start, to - start)
  }

  private parts(at: number): boolean {
    return partsOne(this.slice(at - 1, at + 1), 1)
  }

  private between(at: number): number {
    return this.parts(at) ? at - 1 : at
  }

  private slice(from: number, to: number): string {
    let text = ''
    let at = this.dropped
    for (const chunk of this.chunks) {
      if (at >= to) break
      if (at + chunk.length > from) text += chunk.slice(Math.max(0, from - at), to - at)
      at += chunk.length
    }
    return text
  }
}

/** Returns whole characters for the bytes of a stream, in pieces. */
interface Decoder {
  write(bytes: Buffer): string
  end(): string
}

/** `windows`: text that is not UTF-8 is in the code page of a console, and lines end with CRLF. */
const decoderOf = (kind: 'plain' | 'windows'): Decoder => (kind === 'windows' ? new ConsoleDecoder() : new StringDecoder('utf8'))

/** Windows programs print UTF-8 or the code page of their console; only the bytes show which. */
class ConsoleDecoder implements Decoder {
  private decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

  write(bytes: Buffer): string {
    try {
      return this.decoder.decode(bytes, { stream: true }).replaceAll('\r\n', '\n')
    } catch (error) {
      if (!(error instanceof TypeError)) throw error
      this.decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      return decodeConsole(bytes)
    }
  }

  end(): string {
    return ''
  }
}
