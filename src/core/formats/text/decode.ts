import type { FileRefusal } from '../../../model/document.ts'
import { firstBadByte } from './utf8.ts'

/** A config file has no business being larger; what is larger is refused unread. */
export const DOCUMENT_BYTES_MAX = 64 * 1024 * 1024

type Decoded = { readonly ok: true; readonly text: string; readonly bom: boolean } | { readonly ok: false; readonly refusal: FileRefusal }

/** Bytes as text, without the byte order mark that it may begin with; or why they are no UTF-8 text. Nothing is guessed. */
export function decode(bytes: Uint8Array): Decoded {
  if (bytes.length > DOCUMENT_BYTES_MAX) {
    const mib = Math.ceil(bytes.length / (1024 * 1024))
    return refused('too-large', `the file is larger than ${DOCUMENT_BYTES_MAX / (1024 * 1024)} MiB (${mib} MiB)`)
  }
  const foreign = foreignEncoding(bytes)
  if (foreign) return refused('encoding', `the file is ${foreign}, not UTF-8; save it as UTF-8`)
  const nul = bytes.indexOf(0)
  if (nul >= 0) {
    if (bytes.every((byte) => byte === 0))
      return refused('encoding', 'the file holds nothing but NUL bytes, as after a crash of the machine')
    return refused('encoding', `the file is no text: byte ${nul + 1} is NUL`, bytePlace(bytes, nul))
  }
  const bom = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf
  const content = bom ? bytes.subarray(3) : bytes
  try {
    return { ok: true, text: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content), bom }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
    const bad = firstBadByte(bytes)
    const byte = (bytes[bad] ?? 0).toString(16).padStart(2, '0')
    return refused('encoding', `the file is not UTF-8: invalid byte 0x${byte}`, bytePlace(bytes, bad))
  }
}

/** UTF-16 and UTF-32 by their mark, or by the places of the NULs of the first characters: JSON begins in ASCII (RFC 4627 §3). */
function foreignEncoding(bytes: Uint8Array): string | null {
  const [a, b, c, d] = bytes
  if (a === 0xff && b === 0xfe) return c === 0 && d === 0 ? 'UTF-32 LE' : 'UTF-16 LE'
  if (a === 0xfe && b === 0xff) return 'UTF-16 BE'
  if (a === 0 && b === 0 && c === 0xfe && d === 0xff) return 'UTF-32 BE'
  if (a === undefined || b === undefined) return null
  if (a !== 0 && b === 0 && (c === undefined || d === 0)) return c === 0 ? 'UTF-32 LE' : 'UTF-16 LE'
  if (a === 0 && b !== 0 && (c === 0 || c === undefined)) return 'UTF-16 BE'
  if (a === 0 && b === 0 && c === 0 && d !== undefined && d !== 0) return 'UTF-32 BE'
  return null
}

/** Line and column of a byte; columns count characters, as far as the text before is UTF-8. */
function bytePlace(bytes: Uint8Array, at: number): { line: number; column: number } {
  let line = 1
  let column = 1
  for (let i = 0; i < at; i++) {
    const byte = bytes[i] ?? 0
    if (byte === 10 || (byte === 13 && bytes[i + 1] !== 10)) {
      line++
      column = 1
    } else if (byte < 0x80 || byte >= 0xc0) column++
  }
  return { line, column }
}

const refused = (code: FileRefusal['code'], reason: string, place: { line?: number; column?: number } = {}): Decoded => ({
  ok: false,
  refusal: { code, reason, ...place },
})
