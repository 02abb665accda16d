import { StringDecoder } from 'node:string_decoder'
import { decodeConsole } from '../../effects/world/console.ts'
import { limits } from '../limits.ts'

interface Decoder {
  write(bytes: Buffer): string
  end(): string
}

/** Windows programs print UTF-8 or the code page of their console; which, only the bytes tell. */
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

export interface Piece {
  readonly text: string
  /** Position of the first character handed back, counted from the beginning of all output. */
  readonly from: number
  /** Where the next read goes on. */
  readonly next: number
  readonly total: number
}

/** What a command printed, both streams as they came: the newest part, up to a limit, with positions that stay true. */
export class Output {
  private readonly decoders: Readonly<Record<'stdout' | 'stderr', Decoder>>
  private chunks: string[] = []
  private kept = 0
  /** Characters dropped at the beginning. */
  private dropped = 0
  private readAt = 0

  /** `windows`: what is no UTF-8 is in the code page of a console, and lines end as on this side. */
  constructor(kind: 'plain' | 'windows') {
    const make = (): Decoder => (kind === 'windows' ? new ConsoleDecoder() : new StringDecoder('utf8'))
    this.decoders = { stdout: make(), stderr: make() }
  }

  get total(): number {
    return this.dropped + this.kept
  }

  /** Something is there beyond a position, as `read` understands it. */
  unread(offset: number | undefined): boolean {
    return this.total > (offset === undefined ? this.readAt : offset < 0 ? 0 : offset)
  }

  push(bytes: Buffer, stream: 'stdout' | 'stderr'): string {
    return this.add(this.decoders[stream].write(bytes))
  }

  /** Whatever half a character is left at the end of the streams. */
  finish(): void {
    this.add(this.decoders.stdout.end())
    this.add(this.decoders.stderr.end())
  }

  /** From a position (negative: from the end; none: where the last read ended) at most `limit` characters. */
  read(offset: number | undefined, limit: number): Piece {
    const wanted = offset === undefined ? this.readAt : offset < 0 ? this.total + offset : offset
    const from = Math.min(Math.max(wanted, this.dropped), this.total)
    const text = this.slice(from, Math.min(from + limit, this.total))
    this.readAt = from + text.length
    return { text, from, next: this.readAt, total: this.total }
  }

  /** Beginning and end, when all of it is more than `limit` characters; the middle is said to be left out. */
  summary(limit: number): { text: string; cut: boolean } {
    if (this.total <= limit && this.dropped === 0) {
      this.readAt = this.total
      return { text: this.slice(0, this.total), cut: false }
    }
    const head = this.dropped === 0 ? this.slice(0, Math.floor(limit / 4)) : ''
    const tail = this.slice(Math.max(this.dropped, this.total - (limit - head.length)), this.total)
    const left = this.total - head.length - tail.length
    this.readAt = this.total
    return { text: `${head}\n[… ${left} characters left out …]\n${tail}`, cut: true }
  }

  private add(text: string): string {
    if (text === '') return text
    this.chunks.push(text)
    this.kept += text.length
    while (this.kept - (this.chunks[0]?.length ?? 0) > limits.sessionOutput) {
      const gone = this.chunks.shift()?.length ?? 0
      this.kept -= gone
      this.dropped += gone
    }
    return text
  }

  private slice(from: number, to: number): string {
    if (this.chunks.length > 1) this.chunks = [this.chunks.join('')]
    const whole = this.chunks[0] ?? ''
    return whole.slice(from - this.dropped, to - this.dropped)
  }
}
