import { CLOSE_OBJECT, COLON, OPEN_OBJECT, QUOTE, SLASH } from '../text/codes.ts'
import { skipComment, skipString, skipTrivia } from './tokens.ts'

/** The first name of a valid JSONC text that stands twice in one object, however it is spelled; depth has no limit. */
export function repeatedName(text: string): { readonly name: string; readonly offset: number } | null {
  const open: Set<string>[] = []
  let at = 0
  while (at < text.length) {
    const code = text.charCodeAt(at)
    if (code === SLASH) at = skipComment(text, at, 'jsonc')
    else if (code === QUOTE) {
      const end = skipString(text, at)
      const names = open.at(-1)
      if (names !== undefined && text.charCodeAt(skipTrivia(text, end, 'jsonc')) === COLON) {
        const name = String(JSON.parse(text.slice(at, end)))
        if (names.has(name)) return { name, offset: at }
        names.add(name)
      }
      at = end
    } else {
      if (code === OPEN_OBJECT) open.push(new Set())
      if (code === CLOSE_OBJECT) open.pop()
      at++
    }
  }
  return null
}
