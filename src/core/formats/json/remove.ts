import { isBlank, SLASH } from '../text/codes.ts'
import { lastComment } from './insert.ts'
import { breakAt, hasBreak } from './layout.ts'
import { skipComment } from './tokens.ts'
import { type JsonItem, walkValue } from './walk.ts'

/**
 * Takes one item out of the object or array that `text` is: the item, its comma, its line, and the comment behind it
 * on that line. Comments before it and everything of its neighbours stay. What `insertItem` added goes without a trace.
 */
export function removeItem(text: string, index: number): string {
  const { items } = walkValue(text, 0, 'jsonc')
  const item = items[index]
  if (!item) return text
  const before = items[index - 1]
  const tail = before ? before.comma + 1 : 1
  const ownEnd = sameLineEnd(text, item.valueEnd)
  if (commaApart(text, ownEnd, item.comma)) {
    // Comments on further lines stay there, and between the lines only the comma is removed.
    const [start, end] = spanOf(text, item, { tail, behind: ownEnd, last: false })
    return text.slice(0, start) + text.slice(end, item.comma) + text.slice(item.comma + 1)
  }
  const behind = item.comma < 0 ? item.valueEnd : item.comma + 1
  const [start, end] = spanOf(text, item, { tail, behind, last: index === items.length - 1 })
  const rest = text.slice(end)
  // Only where the item has no comma of its own does the comma before it lose its purpose.
  if (before && item.comma < 0) return text.slice(0, before.comma) + text.slice(before.comma + 1, start) + rest
  return items.length === 1 ? collapsed(text, text.slice(0, start), rest, item) : text.slice(0, start) + rest
}

/** Is the comma on another line, with comments before or behind it there? */
function commaApart(text: string, valueEnd: number, comma: number): boolean {
  const between = text.slice(valueEnd, comma)
  return comma >= 0 && (between.trim() !== '' || (hasBreak(between) && text.charCodeAt(skipBlanks(text, comma + 1)) === SLASH))
}

interface Bounds {
  /** Behind the comma or bracket before the item. */
  readonly tail: number
  /** Behind the item and its comma. */
  readonly behind: number
  readonly last: boolean
}

/** What goes with an item: the white space before it, or, where something follows on its line, the blanks behind it. */
function spanOf(text: string, item: JsonItem, { tail, behind, last }: Bounds): [start: number, end: number] {
  const comment = lastComment(text, tail)
  const before = comment ? comment.end : tail
  const ownLine = hasBreak(text.slice(before, item.start))
  // Blanks at the end of the line before are not the item's.
  const from = ownLine ? skipBlanks(text, before) : before
  const end = ownLine ? lineEnd(text, behind) : behind
  const next = skipBlanks(text, end)
  // A line comment ends with its line break: another one must follow, and blanks before that would become part of it.
  const lineComment = comment !== null && text.charCodeAt(comment.start + 1) === SLASH
  if (breakAt(text, next)) return [from, lineComment ? next : end]
  if (last) return [lineComment ? item.start : from, end]
  return [item.start, skipBlanks(text, behind)]
}

/** The end of the comments behind a value that do not leave its line. */
function sameLineEnd(text: string, from: number): number {
  let end = from
  for (;;) {
    const at = skipBlanks(text, end)
    if (text.charCodeAt(at) !== SLASH) return end
    const next = skipComment(text, at, 'jsonc')
    if (hasBreak(text.slice(at, next))) return end
    end = next
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from
  while (isBlank(text.charCodeAt(at))) at++
  return at
}

/** The end of the comments that fill the rest of a line; `from` where anything else is on it. */
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

/** Brackets that hold nothing but white space any more close up again, keeping a space that was before the line break. */
function collapsed(text: string, head: string, rest: string, item: JsonItem): string {
  const inside = head.slice(1) + rest.slice(0, -1)
  if (inside.trim() !== '' || !hasBreak(text.slice(1, item.start))) return head + rest
  return text.slice(0, skipBlanks(text, 1)) + rest.slice(-1)
}
