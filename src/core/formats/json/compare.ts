import { isBlank, isBreak } from '../text/codes.ts'
import { shown } from '../text/shown.ts'
import { type Node, nameOf } from './walk.ts'

interface ObjectInText {
  readonly text: string
  readonly node: Node
}

/** Stands in a gap for an item of ours. No document holds a NUL: such bytes are refused. */
const OURS = '\0'

/**
 * Compares two versions of a text in which one object may differ in the items named in `ours`: everything outside
 * the object, every other item and everything between the items must be the same, but for the commas and white
 * space that an item of ours brings or takes along. Null when it is so. `removes`: items of ours may go.
 */
export function compareObjects(before: ObjectInText, after: ObjectInText, ours: ReadonlySet<string>, removes: boolean): string | null {
  const { text, node } = before
  if (text.slice(0, node.start) !== after.text.slice(0, after.node.start)) return 'bytes before the entries changed'
  if (text.slice(node.end) !== after.text.slice(after.node.end)) return 'bytes behind the entries changed'
  const was = parted(before, ours)
  const is = parted(after, ours)
  if (was.foreign.length !== is.foreign.length) return 'the number of entries that are not ours changed'
  for (const [index, item] of was.foreign.entries()) {
    if (item.text !== is.foreign[index]?.text) return `the entry ${shown(item.name)}, which is not ours, changed`
  }
  for (const [index, gap] of was.gaps.entries()) {
    const kept = removes && gap.includes(OURS) ? commentsKept : gapKept
    if (gap !== is.gaps[index] && !kept(gap, is.gaps[index] ?? '', was.foreign.length === 0)) return 'bytes between the entries changed'
  }
  return null
}

/** The items that are not ours, and the text around them with a mark for each item of ours. */
function parted({ text, node }: ObjectInText, ours: ReadonlySet<string>) {
  const foreign: { name: string; text: string }[] = []
  const gaps: string[] = []
  let gap = ''
  let at = node.start + 1
  for (const item of node.items) {
    gap += text.slice(at, item.start)
    at = item.valueEnd
    const name = nameOf(text, item)
    if (ours.has(name)) gap += OURS
    else {
      foreign.push({ name, text: text.slice(item.start, item.valueEnd) })
      gaps.push(gap)
      gap = ''
    }
  }
  gaps.push(gap + text.slice(at, node.end - 1))
  return { foreign, gaps }
}

/**
 * Items were only added, behind all others: taken out again with their commas and white space, and without the comma
 * that the item before them may have got, they must leave what was there.
 */
function gapKept(before: string, after: string, alone: boolean): boolean {
  const marks = before.split(OURS).length - 1
  const parts = after.split(OURS)
  const added = parts.slice(marks + 1)
  const rest = added.reduce((text, part) => withoutSpaceAtEnd(text) + withoutComma(part), parts.slice(0, marks + 1).join(OURS))
  const last = rest.lastIndexOf(OURS) + 1
  const commaless = rest.slice(0, last) + withoutComma(rest.slice(last))
  return rest === before || commaless === before || (alone && marks === 0 && rest.trim() === '' && before.trim() === '')
}

const withoutComma = (text: string): string => (text.startsWith(',') ? text.slice(1) : text)

/** Not by `trimEnd` (a comment may end in a no-break space) nor by a pattern, which would be slow on long runs. */
function withoutSpaceAtEnd(text: string): string {
  let end = text.length
  while (end > 0 && (isBlank(text.charCodeAt(end - 1)) || isBreak(text.charCodeAt(end - 1)))) end--
  return text.slice(0, end)
}

/** Every comment is still there, in order; only one on the line of an item of ours, behind it, may go with the item. */
function commentsKept(before: string, after: string): boolean {
  const left = comments(after).map((comment) => comment.text)
  let next = 0
  for (const comment of comments(before)) {
    if (comment.text === left[next]) next++
    else if (!comment.ours) return false
  }
  return next === left.length
}

function comments(gap: string): { text: string; ours: boolean }[] {
  let end = 0
  let ours = false
  return [...gap.matchAll(/\/\/[^\r\n]*|\/\*[\s\S]*?\*\//g)].map((match) => {
    const between = gap.slice(end, match.index)
    const lastLine = between.split(/[\r\n]/).at(-1) ?? ''
    ours = lastLine.includes(OURS) || (ours && lastLine === between)
    end = match.index + match[0].length
    return { text: match[0], ours }
  })
}
