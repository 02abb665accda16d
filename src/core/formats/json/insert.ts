import { isBlank, isBreak, SLASH } from '../text/codes.ts'
import { type Frame, frameInside, hasBreak, keyWritten } from './layout.ts'
import { skipComment } from './tokens.ts'
import { walkValue } from './walk.ts'

/**
 * Adds a member (or, with `name` null, an element) at the end of the object or array that `text` is. Everything that
 * was there stays, and in its place: at most a comma behind the last value and one more span come in, the span behind
 * every comment that follows the last value. `removeItem` takes exactly these spans out again.
 */
export function insertItem(text: string, name: string | null, make: (frame: Frame) => string, frame: Frame): string {
  const node = walkValue(text, 0, 'jsonc')
  const last = node.items.at(-1)
  const inner = frameInside(text, node, frame)
  const tail = last ? (last.comma < 0 ? last.valueEnd : last.comma + 1) : 1
  const comment = lastComment(text, tail)
  const at = comment ? comment.end : last || inner.flat ? tail : emptyPoint(text)
  const lead = inner.flat ? flatLead(text, at, last !== undefined, inner) : inner.eol + inner.base
  const closing = inner.flat || last || comment || hasBreak(text) ? '' : inner.eol + frame.base
  const key = name === null ? '' : keyWritten(name, inner)
  const comma = last && last.comma < 0 ? ',' : ''
  const trailing = last && last.comma >= 0 ? ',' : ''
  const head = last ? text.slice(0, last.valueEnd) + comma + text.slice(last.valueEnd, at) : text.slice(0, at)
  return head + lead + key + make(inner) + trailing + closing + text.slice(at)
}

/** The last comment between `from` and the next token; null where there is none. */
export function lastComment(text: string, from: number): { readonly start: number; readonly end: number } | null {
  let last = null
  let at = skipSpace(text, from)
  while (text.charCodeAt(at) === SLASH) {
    const end = skipComment(text, at, 'jsonc')
    last = { start: at, end }
    at = skipSpace(text, end)
  }
  return last
}

function skipSpace(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at)) || isBreak(text.charCodeAt(at))) at++
  return at
}

/** Where the first item of an empty pair of brackets goes: `{ }` keeps its space in front, so that it can come back. */
const emptyPoint = (text: string): number => (hasBreak(text) ? 1 : text.length - 1)

/** On one line: the white space between the token before and the new item; in empty brackets, what they hold. */
function flatLead(text: string, at: number, follows: boolean, frame: Frame): string {
  if (follows) return frame.spaced ? ' ' : ''
  return text.slice(at, skipSpace(text, at))
}
