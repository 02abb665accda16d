/** A picture that models can see. */
export interface Picture {
  readonly type: string
  /** Its bytes, without what follows it in the file. */
  readonly bytes: Buffer
  /** What its format has cut into small blocks, put together. */
  readonly joined: Buffer
}

interface Extent {
  readonly end: number
  readonly joined?: Buffer
}

interface Format {
  readonly type: string
  /** Its first bytes; null: any. */
  readonly signature: readonly (number | null)[]
  /** How far the picture goes; null when the bytes behind the signature are not of this format. */
  extent(bytes: Buffer): Extent | null
}

const formats: readonly Format[] = [
  { type: 'image/png', signature: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a], extent: extentOfPng },
  { type: 'image/jpeg', signature: [0xff, 0xd8, 0xff], extent: extentOfJpeg },
  { type: 'image/gif', signature: [0x47, 0x49, 0x46, 0x38, null, 0x61], extent: extentOfGif },
  { type: 'image/webp', signature: [0x52, 0x49, 0x46, 0x46, null, null, null, null, 0x57, 0x45, 0x42, 0x50], extent: extentOfWebp },
]

const formatOf = (head: Uint8Array): Format | undefined =>
  formats.find(({ signature }) => signature.every((byte, index) => byte === null || head[index] === byte))

/** Whether a file begins as pictures do; that alone makes it none, since anybody can write `GIF89a` in front of a text. */
export const beginsPicture = (head: Uint8Array): boolean => formatOf(head) !== undefined

/** The picture that some bytes begin with, whole by the blocks it is made of. */
export function pictureIn(bytes: Buffer): Picture | null {
  const format = formatOf(bytes)
  const extent = format?.extent(bytes) ?? null
  if (format === undefined || extent === null || extent.end > bytes.length) return null
  return { type: format.type, bytes: bytes.subarray(0, extent.end), joined: extent.joined ?? Buffer.alloc(0) }
}

/** Chunks of a length, a name and a checksum, from IHDR over IDAT to IEND (RFC 2083, 3.2). */
function extentOfPng(bytes: Buffer): Extent | null {
  let hasData = false
  for (let at = 8; at + 12 <= bytes.length; ) {
    const [size, name] = [bytes.readUInt32BE(at), bytes.toString('latin1', at + 4, at + 8)]
    if (!/^[A-Za-z]{4}$/.test(name) || (at === 8) !== (name === 'IHDR') || (name === 'IHDR' && size !== 13)) return null
    at += 12 + size
    if (name === 'IDAT') hasData = true
    if (name === 'IEND') return hasData && size === 0 ? { end: at } : null
  }
  return null
}

/** Segments of a marker and a length; what follows a start of scan goes on to the next marker (ITU T.81, B.1). */
function extentOfJpeg(bytes: Buffer): Extent | null {
  let hasFrame = false
  let hasScan = false
  for (let at = 2; at + 2 <= bytes.length && bytes[at] === 0xff; ) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xd9) return hasScan ? { end: at + 2 } : null
    if (marker === 0xff) {
      at++
      continue
    }
    if (marker === 0 || at + 4 > bytes.length) return null
    hasFrame ||= marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    at += 2 + bytes.readUInt16BE(at + 2)
    if (marker !== 0xda) continue
    if (!hasFrame) return null
    hasScan = true
    while (at < bytes.length && !(bytes[at] === 0xff && isMarker(bytes[at + 1] ?? 0))) at++
  }
  return null
}

/** In the data of a scan 0xff is followed by a zero, which makes it data, or by a restart. */
const isMarker = (byte: number): boolean => byte !== 0 && (byte < 0xd0 || byte > 0xd7)

/** A screen, then extensions and images in sub-blocks, then a trailer (GIF89a specification, appendix B). */
function extentOfGif(bytes: Buffer): Extent | null {
  const tableAfter = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1))
  const blocks: Buffer[] = []
  const behindBlocks = (from: number): number => {
    let at = from
    for (let size = bytes[at] ?? 0; size !== 0; size = bytes[at] ?? 0) {
      blocks.push(bytes.subarray(at + 1, at + 1 + size))
      at += 1 + size
    }
    return at + 1
  }
  if (bytes.length < 13) return null
  let hasImage = false
  for (let at = 13 + tableAfter(bytes[10] ?? 0); at < bytes.length; ) {
    const kind = bytes[at]
    if (kind === 0x3b) return hasImage ? { end: at + 1, joined: Buffer.concat(blocks) } : null
    if (kind === 0x21) at = behindBlocks(at + 2)
    else if (kind === 0x2c) {
      at = behindBlocks(at + 11 + tableAfter(bytes[at + 9] ?? 0))
      hasImage = true
    } else return null
  }
  return null
}

/** One RIFF chunk of chunks, one of which holds the pixels (RFC 9649, 2.3). */
function extentOfWebp(bytes: Buffer): Extent | null {
  const end = 8 + bytes.readUInt32LE(4)
  let hasData = false
  let at = 12
  while (at + 8 <= Math.min(end, bytes.length)) {
    const [name, size] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4)]
    if (at === 12 && !['VP8 ', 'VP8L', 'VP8X'].includes(name)) return null
    hasData ||= name === 'VP8 ' || name === 'VP8L' || name === 'ANMF'
    at += 8 + size + (size % 2)
  }
  return hasData && at === end ? { end } : null
}
