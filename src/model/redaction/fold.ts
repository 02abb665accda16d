const table = Uint8Array.from({ length: 128 }, (_, code) => {
  const letter = String.fromCharCode(code)
  return letter === '-' ? 43 : letter === '_' ? 47 : letter.toLowerCase().charCodeAt(0)
})

/**
 * One UTF-16 unit as keys are compared: ASCII letters in lower case, since hex and UUIDs come in either, and the URL-safe
 * alphabet of base64 as the other one.
 */
export const folded = (code: number): number => (code < 128 ? (table[code] ?? code) : code)

/** A whole text so. Its length stays, which it would not where letters beyond ASCII changed their case. */
export function foldedText(text: string): string {
  const lower = /[^\0-\x7f]/.test(text) ? text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) : text.toLowerCase()
  return lower.replaceAll('-', '+').replaceAll('_', '/')
}
