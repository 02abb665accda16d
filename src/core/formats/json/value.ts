import type { JsonValue } from '../../../model/entry.ts'
import { CLOSE_ARRAY, CLOSE_OBJECT, COMMA, QUOTE, SLASH } from '../text/codes.ts'
import { skipComment, skipString, skipTrivia } from './tokens.ts'
import type { Dialect } from './document.ts'

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
