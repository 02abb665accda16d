import { HASH, isBreak } from '../text/codes.ts'
import { lineEnd, skipBlanks } from './tokens.ts'
import { type TomlItem, itemsOf } from './values.ts'

// Arrays and inline tables: `text` is one, with its brackets. What `insertItem` adds goes without a trace by `removeItem`.

/** Adds an element or `key = value` at the end. */
export function insertItem(text: string, item: string, eol: string): string {
  const items = itemsOf(text, 0)
  const last = items.at(-1)
  if (last === undefined) return firstItem(text, item, eol)
  const tail = last.comma < 0 ? last.valueEnd : last.comma + 1
  const lead = ownLine(text, items, items.length - 1)
  const at = lead === null ? tail : commentEnd(text, tail)
  const head = last.comma < 0 ? `${text.slice(0, last.valueEnd)},${text.slice(last.valueEnd, at)}` : text.slice(0, at)
  const added = (lead === null ? ' ' : eol + lead.indent) + item + (last.comma < 0 ? '' : ',')
  return head + added + text.slice(at)
}

/** On a line of its own where the brackets have two lines. */
function firstItem(text: string, item: string, eol: string): string {
  const gap = text.slice(1, -1)
  const found = gap.lastIndexOf('\n')
  if (found < 0) return text.charAt(0) + gap + item + gap + text.slice(-1)
  const at = 1 + (gap.charAt(found - 1) === '\r' ? found - 1 : found)
  return `${text.slice(0, at)}${eol}${gap.slice(found + 1)}  ${item}${text.slice(at)}`
}

/** Takes one out, with its comma; one that has a line of its own goes with that line and the comment on it. */
export function removeItem(text: string, index: number): string {
  const items = itemsOf(text, 0)
  const item = items[index]
  if (item === undefined) return text
  const before = items[index - 1]
  const tail = item.comma < 0 ? item.valueEnd : item.comma + 1
  const lead = ownLine(text, items, index)
  if (items.length === 1 && lead === null) return collapsed(text.slice(0, item.start), text.slice(tail))
  const [from, to] = lead === null ? withinLine(text, items, index, tail) : withLine(text, item.start, lead, tail)
  if (before && item.comma < 0) return text.slice(0, before.comma) + text.slice(before.comma + 1, from) + text.slice(to)
  return text.slice(0, from) + text.slice(to)
}

/** The blanks of a gap go with the item behind which they are, those before the last item with that one. */
function withinLine(text: string, items: readonly TomlItem[], index: number, tail: number): [from: number, to: number] {
  const [item, before] = [items[index], items[index - 1]]
  if (before && (item?.comma === -1 || index === items.length - 1)) return [before.comma + 1, tail]
  return [item?.start ?? tail, item?.comma === -1 ? tail : skipBlanks(text, tail)]
}

/** The line break goes too, unless a comment before it would then swallow what follows. */
function withLine(text: string, start: number, lead: Lead, tail: number): [from: number, to: number] {
  const to = commentEnd(text, tail)
  const keeps = lead.commented && !isBreak(text.charCodeAt(to))
  return [keeps ? start : lead.at, to]
}

interface Lead {
  readonly at: number
  readonly indent: string
  /** There is a comment between the item before and this one. */
  readonly commented: boolean
}

/** The line break and indentation before an item that begins its line; null where something else precedes it. */
function ownLine(text: string, items: readonly TomlItem[], index: number): Lead | null {
  const item = items[index]
  if (item === undefined) return null
  const before = items[index - 1]
  const from = before === undefined ? 1 : before.comma + 1
  const gap = text.slice(from, item.start)
  const found = gap.lastIndexOf('\n')
  if (found < 0) return null
  const at = from + (gap.charAt(found - 1) === '\r' ? found - 1 : found)
  return { at, indent: gap.slice(found + 1), commented: gap.includes('#') }
}

/** Behind the comment that fills the rest of the line; `at` where there is none. */
function commentEnd(text: string, at: number): number {
  const next = skipBlanks(text, at)
  return text.charCodeAt(next) === HASH ? lineEnd(text, next) : at
}

/** Brackets with nothing between them any more keep the white space that was there before the item came. */
function collapsed(head: string, rest: string): string {
  const [before, after] = [head.slice(1), rest.slice(0, -1)]
  return before === after ? head + rest.slice(-1) : head + rest
}
