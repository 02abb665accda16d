import { CR } from './codes.ts'

/** The line break that a text uses first; null where it has none. */
export function firstBreak(text: string): '\n' | '\r\n' | null {
  const at = text.indexOf('\n')
  if (at < 0) return null
  return text.charCodeAt(at - 1) === CR ? '\r\n' : '\n'
}
