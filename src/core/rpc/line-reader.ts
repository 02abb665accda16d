import { MESSAGE_BYTES } from './message.ts'

const NEWLINE = 10
const HEAD_BYTES = 4096
const empty = Buffer.alloc(0)

/** What a line reader tells: a whole line, or that one was longer than is read and was skipped. */
export interface LineEvents {
  line(bytes: Buffer): void
  /** Called at the end of a line that was too long. `head` is its beginning, to find its id in. */
  tooLong?(head: Buffer, bytes: number): void
  /** Called when a line is too long, before its end, which may never come. */
  exceeded?(head: Buffer): void
}

/**
 * Cuts a stream into lines. Each byte is looked at once, however many pieces a line comes in, and a line beyond the
 * limit (in bytes) is skipped without being kept. (The SDK's own reader joins the pieces anew at every one, which is slow with
 * the square of the length, and ends the connection at 10 MiB.)
 */
export class LineReader {
  private readonly events: LineEvents
  private readonly most: number
  private pieces: Buffer[] = []
  private length = 0
  private skipping = false

  constructor(events: LineEvents, most: number = MESSAGE_BYTES) {
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
    if (piece.length > 0) this.pieces.push(piece)
    if (this.length <= this.most) return
    const head = headOf(this.pieces)
    this.pieces = [head]
    this.skipping = true
    this.events.exceeded?.(head)
  }

  private finish(): void {
    const { pieces, length, skipping } = this
    this.pieces = []
    this.length = 0
    this.skipping = false
    if (skipping) this.events.tooLong?.(pieces[0] ?? empty, length)
    if (skipping || length === 0) return
    const line = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces, length)
    this.events.line(line)
  }
}

/** A listener for lines that are text; blank ones are passed over. */
export const textLine =
  (line: (text: string) => void): LineEvents['line'] =>
  (bytes) => {
    const text = bytes.toString('utf8')
    if (text.trim() !== '') line(text)
  }

/** A copy of the beginning of a line, however small its pieces are. */
function headOf(pieces: readonly Buffer[]): Buffer {
  const needed: Buffer[] = []
  let length = 0
  for (const piece of pieces) {
    if (length >= HEAD_BYTES) break
    needed.push(piece)
    length += piece.length
  }
  return Buffer.from(Buffer.concat(needed).subarray(0, HEAD_BYTES))
}
