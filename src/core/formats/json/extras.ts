import type { Extra } from '../../../model/document.ts'
import { skipComment, skipString, skipTrivia } from './tokens.ts'
import { placeOf } from '../text/place.ts'

/** More comments and commas than this are the file's style; only the first ones are reported. */
const EXTRAS_MAX = 12

/** Finds the comments and trailing commas of a text that is sound but for them: its program reports the first one only. */
export function strictExtras(text: string): Extra[] {
  const found: Extra[] = []
  const add = (at: number, what: string): void => {
    found.push({ ...placeOf(text, at), what })
  }
  for (let at = 0; at < text.length && found.length < EXTRAS_MAX; ) {
    const sign = text.charAt(at)
    if (sign === '"') at = skipString(text, at)
    else if (sign === '/') {
      add(at, 'a comment')
      at = Math.max(at + 1, skipComment(text, at, 'jsonc'))
    } else {
      if (sign === ',' && /[}\]]/.test(text.charAt(skipTrivia(text, at + 1, 'jsonc')))) add(at, 'a comma too many')
      at++
    }
  }
  return found
}
