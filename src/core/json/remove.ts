import { isBlank, SLASH } from './codes.ts'
import { lastComment } from './insert.ts'
import { breakAt, hasBreak } from './layout.ts'
import { skipComment } from './tokens.ts'
import { type Item, walkValue } from './walk.ts'

/**
 * Takes one item out of the object or array that `text` is: the item, its comma, its line, and the comment behind it
 * on that line. Comments before it and everything of its neighbours stay. What `insertItem` added goes without a trace.
 */
export function removeItem(text: string, index: number): string {
  const { items } = walkValue(text, 0, 'jsonc')
  const item = items[index]
  if (!item) return text
  const before = items[index - 1]
  const [start, end] = spanOf(text, item, before ? before.comma + 1 : 1, index === items.length - 1)
  const rest = text.slice(end)
  // Only where the item has no comma of its own does the comma before it lose its purpose.
  if (before && item.comma < 0) return text.slice(0, before.comma) + text.slice(before.comma + 1, start) + rest
  return items.length === 1 ? collapsed(text, text.slice(0, start), rest, item) : text.slice(0, start) + rest
}

/** What goes with an item: the white space before it, or, where something follows on its line, the blanks behind it. */
function spanOf(text: string, item: Item, tail: number, last: boolean): [start: number, end: number] {
  const comment = lastComment(text, tail)
  const from = comment ? comment.end : tail
  const behind = item.comma < 0 ? item.valueEnd : item.comma + 1
  const end = hasBreak(text.slice(from, item.start)) ? lineEnd(text, behind) : behind
  if (breakAt(text, skipBlanks(text, end))) return [from, end]
  if (!last) return [item.start, skipBlanks(text, behind)]
  // The line break behind a line comment ends it, so it may go only where another one follows.
  const lineComment = comment !== null && text.charCodeAt(comment.start + 1) === SLASH
  return [lineComment ? item.start : from, end]
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** The end of the comments that fill the rest of a line; `from` where anything else stands on it. */
function lineEnd(text: string, from: number): number {
  let end = from
  let at = skipBlanks(text, from)
  while (text.charCodeAt(at) === SLASH) {
    const next = skipComment(text, at, 'jsonc')
    if (hasBreak(text.slice(at, next))) return from
    end = next
    at = skipBlanks(text, next)
  }
  return breakAt(text, at) ? end : from
}

/** Brackets that hold nothing but white space any more close up again, keeping a space that stood before the line break. */
function collapsed(text: string, head: string, rest: string, item: Item): string {
  const inside = head.slice(1) + rest.slice(0, -1)
  if (inside.trim() !== '' || !hasBreak(text.slice(1, item.start))) return head + rest
  return text.slice(0, skipBlanks(text, 1)) + rest.slice(-1)
}
