import { LineReader } from '../../core/rpc/line-reader.ts'

const beginning = Buffer.from('./')
const separator = Buffer.from('--')
const binary = /binary file matches \(found .* around offset (\d+)\)$/

export interface RecordEvents {
  /** A path, or a path, NUL and a line. */
  record(bytes: Buffer): void
  /** A line that was too long to be read. */
  tooLong(): void
  /** The one file that is searched is binary from this byte on. */
  binary(offset: number): void
}

/**
 * Puts together what ripgrep says of one line or one file: a path may hold line breaks, and then comes in pieces. Every path
 * begins with `./` (it is how the search is asked for), so a piece that does not goes on with the one before; names for
 * which that is not so are left out by `brokenNames`. What ripgrep remarks about binary files has no NUL and is dropped.
 */
export class Records {
  private readonly reader: LineReader
  private readonly events: RecordEvents
  private readonly names: boolean
  private begun: Buffer | null = null

  constructor(names: boolean, events: RecordEvents) {
    this.names = names
    this.events = events
    this.reader = new LineReader({ line: (bytes) => this.take(bytes), tooLong: () => events.tooLong() })
  }

  push(chunk: Buffer): void {
    this.reader.push(chunk)
  }

  /** Ends the input. */
  end(): void {
    if (this.names && this.begun !== null) this.events.record(this.begun)
    this.begun = null
  }

  private take(piece: Buffer): void {
    const begins = piece.subarray(0, 2).equals(beginning)
    if (this.names) {
      if (begins) this.end()
      this.begun = begins ? piece : this.joined(piece)
    } else if (piece.includes(0)) {
      this.events.record(begins ? piece : this.joined(piece))
      this.begun = null
    } else if (begins) this.begun = piece
    else if (piece.equals(separator)) this.begun = null
    else {
      const [, offset] = binary.exec(piece.toString('latin1', 0, 4096)) ?? []
      if (offset !== undefined) this.events.binary(Number(offset))
      else if (this.begun !== null) this.begun = this.joined(piece)
    }
  }

  private joined(piece: Buffer): Buffer {
    return this.begun === null ? piece : Buffer.concat([this.begun, Buffer.from('\n'), piece])
  }
}

/** Names whose pieces are ambiguous, which no search finds: with two line breaks in a row, or one before `.`, `--` or the end. */
export const brokenNames = ['*\n\n*', '*\n.', '*\n--\n*', '*[\n]'] as const
