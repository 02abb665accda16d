/** Offset of the first byte that no UTF-8 text can have there (Unicode 15, table 3-7); the length where all are fine. */
export function firstBadByte(bytes: Uint8Array): number {
  let i = 0
  while (i < bytes.length) {
    const lead = bytes[i] ?? 0
    const more = lead < 0x80 ? 0 : lead < 0xc2 ? -1 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : lead < 0xf5 ? 3 : -1
    if (more < 0) return i
    for (let k = 1; k <= more; k++) {
      const byte = bytes[i + k] ?? 0
      const low = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
      const high = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
      if (byte < low || byte > high) return i
    }
    i += more + 1
  }
  return bytes.length
}

/** Bytes that a text needs in UTF-8. A lone surrogate counts as the replacement character that an encoder writes. */
export function utf8Length(text: string): number {
  let bytes = 0
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code < 0x80) bytes += 1
    else if (code < 0x800) bytes += 2
    else if (code >= 0xd800 && code < 0xdc00 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 4
      i++
    } else bytes += 3
  }
  return bytes
}

/** Pieces of text as one run of UTF-8 bytes. Joining 50 MB of text first would cost twice that in memory. */
export function encodePieces(pieces: readonly string[], bom: boolean): Uint8Array {
  const head = bom ? 3 : 0
  const bytes = new Uint8Array(pieces.reduce((sum, piece) => sum + utf8Length(piece), head))
  if (bom) bytes.set([0xef, 0xbb, 0xbf])
  const encoder = new TextEncoder()
  let at = head
  for (const piece of pieces) at += encoder.encodeInto(piece, bytes.subarray(at)).written
  return bytes
}
