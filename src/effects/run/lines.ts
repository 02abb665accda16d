/** A stdio message longer than this is skipped and answered with an error (32 MiB); it never ends the relay. */
export const LINE_BYTES_MAX = 32 * 1024 * 1024

export interface Lines {
  line(text: string): void
  /** A line was longer than the limit; `start` is its beginning, enough to find an id in. */
  tooLong(start: string): void
}

const NEWLINE = 10
const START_BYTES = 4096

/**
 * Cuts a byte stream into lines. Chunks are kept in a list and joined once per line, so the cost grows with the
 * bytes and not with their square, and no more than one line is ever held.
 */
export function lineCutter(to: Lines, bytesMax = LINE_BYTES_MAX): (chunk: Uint8Array) => void {
  let parts: Uint8Array[] = []
  let held = 0
  let skipping = false

  const take = (part: Uint8Array): void => {
    if (skipping || part.length === 0) return
    parts.push(part)
    held += part.length
    if (held <= bytesMax) return
    skipping = true
    to.tooLong(Buffer.concat(parts).subarray(0, START_BYTES).toString('utf8'))
    parts = []
  }
  const end = (): void => {
    const text = skipping ? '' : Buffer.concat(parts).toString('utf8')
    ;[parts, held, skipping] = [[], 0, false]
    if (text.trim() !== '') to.line(text)
  }
  return (chunk) => {
    let from = 0
    for (let at = chunk.indexOf(NEWLINE); at !== -1; at = chunk.indexOf(NEWLINE, from)) {
      take(chunk.subarray(from, at))
      end()
      from = at + 1
    }
    take(chunk.subarray(from))
  }
}
