import type { Dialect } from '../../../model/client.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, QUOTE, SLASH } from '../text/codes.ts'
import { skipComment, skipString, skipTrivia } from './tokens.ts'

/** The value that a valid text means. `__proto__` becomes a plain member, as JSON.parse makes it. */
export function readValue(text: string, dialect: Dialect): JsonValue {
  return JSON.parse(dialect === 'strict' ? text : strictly(text))
}

/** A valid text without its comments and trailing commas. */
function strictly(text: string): string {
  const parts: string[] = []
  let kept = 0
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = skipString(text, at)
    else if (code === SLASH) {
      const end = skipComment(text, at, 'jsonc')
      parts.push(text.slice(kept, at), ' ')
      at = end
      kept = end
    } else if (code === COMMA) {
      const next = text.charCodeAt(skipTrivia(text, at + 1, 'jsonc'))
      if (next === CLOSE_OBJECT || next === CLOSE_ARRAY) {
        parts.push(text.slice(kept, at))
        kept = at + 1
      }
      at++
    } else at++
  }
  return kept === 0 ? text : parts.join('') + text.slice(kept)
}

/** Whether two values say the same; the order of members does not count, that of elements does. */
export function sameValue(a: JsonValue, b: JsonValue): boolean {
  const open: [JsonValue, JsonValue][] = [[a, b]]
  for (let pair = open.pop(); pair; pair = open.pop()) {
    const [x, y] = pair
    if (x === y) continue
    if (x === null || y === null || typeof x !== 'object' || typeof y !== 'object') return false
    if (Array.isArray(x) !== Array.isArray(y)) return false
    const names = Object.keys(x)
    if (names.length !== Object.keys(y).length) return false
    for (const name of names) {
      const mine = memberOf(x, name)
      const theirs = memberOf(y, name)
      if (mine === undefined || theirs === undefined) return false
      open.push([mine, theirs])
    }
  }
  return true
}

/** An own member of an object or array; never anything inherited. */
export function memberOf(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (value === null || typeof value !== 'object' || !Object.hasOwn(value, name)) return undefined
  return Object.getOwnPropertyDescriptor(value, name)?.value
}
