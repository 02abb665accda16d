import type { EntryChange } from '../../../model/document.ts'
import type { JsonValue } from '../../../model/entry.ts'
import { isObject } from '../../object.ts'
import { OPEN_OBJECT } from '../text/codes.ts'
import { shown } from '../text/shown.ts'
import { memberOf } from '../../values.ts'
import { below, type Path } from './outline.ts'
import type { TomlText } from './read.ts'
import { type Expression, expressions } from './scan.ts'
import { itemsOf } from './values.ts'

/** Stands in a gap for something of ours. No document holds a NUL: such bytes are refused. */
const OURS = '\0'

/** Something that is not ours, and the gap before it: white space, comments, commas, and a mark for each thing of ours. */
interface Part {
  readonly gap: string
  /** The gap is in an inline table. */
  readonly inline: boolean
  /** Null at the end of the text. */
  readonly foreign: string | null
}

/**
 * Compares the bytes of two versions of a file in which only the changed entries may differ: every other table and pair, the
 * user's own keys in an entry of ours, and every comment must be as they were. Null when it is so.
 */
export function foreignDamage(before: TomlText, after: TomlText, changes: readonly EntryChange[]): string | null {
  const rule = ruleFor(before, changes)
  const isStrict = changes.length === 1
  const removes = changes.some((change) => takesOut(change, before))
  const now = partsOf(after.text, rule)
  for (const was of partsOf(before.text, rule)) {
    const is = now.next().value
    if (!is || (is.foreign === null) !== (was.foreign === null)) return 'the number of things that are not ours changed'
    if (is.foreign !== was.foreign) return changedWords(was.foreign ?? '')
    const wrong = gapDamage(was, is.gap, isStrict, removes)
    if (wrong !== null) return wrong
  }
  return null
}

/** Says of what changed its name alone: its value, or a comment, may hold a key. */
const changedWords = (text: string): string =>
  text.trimStart().startsWith('#')
    ? 'a comment that is not ours changed'
    : `something that is not ours changed: ${shown(text.split('=', 1)[0]?.trim() ?? '')}`

function gapDamage(was: Part, now: string, isStrict: boolean, removes: boolean): string | null {
  if (was.gap === now) return null
  if (!was.gap.includes(OURS)) {
    const marks = now.match(/\0(?:\s*\0)*/g)?.length ?? 0
    // Where things were added at several places, only comments can be distinguished from the white space around them.
    const isOne = marks === 1 && isStrict && !was.inline
    if (marks === 0 || (isOne && !isInserted(was.gap, now))) return 'bytes between tables that are not ours changed'
  }
  return commentsKept(was.gap, now, removes || was.inline) ? null : 'a comment that is not ours changed'
}

/** Does a change take a table or key out, and with it the comments that belong to it? */
function takesOut(change: EntryChange, { entries }: TomlText): boolean {
  if (change.kind === 'remove') return true
  const now = entries.find(({ name }) => name === change.name)?.value
  if (!isObject(now)) return now !== undefined
  return change.owned.some((key) => Object.hasOwn(now, key) && lacks(now[key], memberOf(change.value, key)))
}

/** True if a value holds something that the one replacing it does not. */
const lacks = (now: JsonValue | undefined, next: JsonValue | undefined): boolean =>
  next === undefined ||
  isObject(now) !== isObject(next) ||
  (isObject(now) && Object.keys(now).some((key) => lacks(now[key], memberOf(next, key))))

interface Rule {
  isOurs(path: Path, expression: Expression | null): boolean
  /** True if some of the values below a path are ours. */
  isMixed(path: Path): boolean
}

function ruleFor({ text, path, entries }: TomlText, changes: readonly EntryChange[]): Rule {
  const values = new Map(entries.map(({ name, value }) => [name, value]))
  const headers = new Set<string>()
  for (const each of expressions(text)) {
    const name = each.path[path.length]
    if (each.kind === 'header' && name !== undefined && each.path.length === path.length + 1 && below(each.path, path)) headers.add(name)
  }
  const owns = (change: EntryChange, full: Path, expression: Expression | null): boolean => {
    const entry = [...path, change.name]
    if (!below(full, entry)) return false
    if (change.kind === 'remove' || !isObject(values.get(change.name))) return true
    const key = full[entry.length]
    return key === undefined ? expression?.kind === 'header' && !headers.has(change.name) : change.owned.includes(key)
  }
  return {
    isOurs: (full, expression) => changes.some((change) => owns(change, full, expression)),
    isMixed: (full) => changes.some(({ name }) => below([...path, name], full)),
  }
}

function* partsOf(text: string, rule: Rule): Generator<Part, undefined> {
  let gap = ''
  let inGap = false
  let at = 0
  const foreign = (from: number, to: number, inline: boolean): Part => {
    const part = { gap: gap + text.slice(at, from), inline: inGap, foreign: text.slice(from, to) }
    gap = ''
    inGap = inline
    at = to
    return part
  }
  const ours = (from: number, to: number): void => {
    gap += text.slice(at, from) + OURS
    at = to
  }
  /** A key with its value: whole, or taken apart where a part of an inline table is ours. */
  function* value(full: Path, from: number, valueStart: number, valueEnd: number, inline: boolean): Generator<Part> {
    if (text.charCodeAt(valueStart) !== OPEN_OBJECT || !rule.isMixed(full)) {
      yield foreign(from, valueEnd, inline)
      return
    }
    yield foreign(from, valueStart + 1, true)
    for (const item of itemsOf(text, valueStart)) {
      const itemPath = [...full, ...item.names]
      if (rule.isOurs(itemPath, null)) ours(item.start, item.valueEnd)
      else yield* value(itemPath, item.start, item.valueStart, item.valueEnd, true)
    }
    yield foreign(valueEnd - 1, valueEnd, inline)
  }
  for (const each of expressions(text)) {
    if (rule.isOurs(each.path, each)) ours(each.start, each.end)
    else if (each.kind === 'pair') {
      yield* value(each.path, each.start, each.valueStart, each.valueEnd, false)
      if (each.end > each.valueEnd) yield foreign(each.valueEnd, each.end, false)
    } else yield foreign(each.start, each.end, false)
  }
  yield { gap: gap + text.slice(at), inline: false, foreign: null }
}

/** One thing came in, and all around it is as it was. */
function isInserted(before: string, after: string): boolean {
  let head = 0
  while (head < before.length && before[head] === after[head]) head++
  return after.length >= before.length && after.endsWith(before.slice(head))
}

/** Every comment is still there, in order; one behind something of ours may go with it where something may go. */
function commentsKept(before: string, after: string, mayGo: boolean): boolean {
  const left = comments(after)
  let next = 0
  for (const comment of comments(before)) {
    if (comment.text === left[next]?.text) next++
    else if (!mayGo || !comment.behindOurs) return false
  }
  return next === left.length
}

function comments(gap: string): { text: string; behindOurs: boolean }[] {
  const mark = gap.indexOf(OURS)
  return [...gap.matchAll(/#[^\r\n]*/g)].map((match) => ({ text: match[0], behindOurs: mark >= 0 && mark < match.index }))
}
