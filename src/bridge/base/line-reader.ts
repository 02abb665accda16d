import { limits } from './limits.ts'

const NEWLINE = 10
const empty = Buffer.alloc(0)

/** What a line reader tells: a whole line, or that one was longer than is read and was skipped. */
export interface LineEvents {
  line(bytes: Buffer): void
  /** `head` is the beginning of the skipped line, to find its id in. */
  tooLong(head: Buffer, bytes: number): void
  /** Called when a line is too long, before its end, which may never come. */
  exceeded?(): void
}

/**
 * Cuts a stream into lines. Each byte is looked at once, however many pieces a line comes in, and a line beyond the
 * limit is skipped without being kept. (The SDK's own reader joins the pieces anew at every one, which is slow with
 * the square of the length, and ends the connection at 10 MiB.)
 */
export class LineReader {
  private readonly events: LineEvents
  private readonly most: number
  private pieces: Buffer[] = []
  private length = 0
  private skipping = false

  constructor(events: LineEvents, most: number = limits.stdioMessage) {
    this.events = events
    this.most = most
  }

  push(chunk: Buffer): void {
    let start = 0
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      this.take(chunk.subarray(start, end))
      this.finish()
      start = end + 1
    }
    if (start < chunk.length) this.take(chunk.subarray(start))
  }

  private take(piece: Buffer): void {
    this.length += piece.length
    if (this.skipping) return
    if (this.length > this.most) {
      const head = this.pieces[0] ?? piece
      this.pieces = [Buffer.from(head.subarray(0, 4096))]
      this.skipping = true
      this.events.exceeded?.()
      return
    }
    if (piece.length > 0) this.pieces.push(piece)
  }

  private finish(): void {
    const { pieces, length, skipping } = this
    this.pieces = []
    this.length = 0
    this.skipping = false
    if (skipping) this.events.tooLong(pieces[0] ?? empty, length)
    if (skipping || length === 0) return
    const line = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, length)
    this.events.line(line)
  }
}
