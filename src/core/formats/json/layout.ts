import type { JsonValue } from '../../../model/entry.ts'
import { CR, isBlank, isBreak, LF } from '../text/codes.ts'
import { startsObject, type Node } from './walk.ts'

/** How a file lays its members out at one place, so that what is added looks as if it had always been there. */
export interface Frame {
  /** One level of indentation. */
  readonly indent: string
  readonly eol: string
  /** Indentation of the line on which the value begins. */
  readonly base: string
  /** Everything is on one line. */
  readonly flat: boolean
  /** On one line: a space behind colons and commas. */
  readonly spaced: boolean
  /** On one line: a space inside braces. */
  readonly padded: boolean
}

/** White space before `at` where nothing else precedes it on its line, else null. */
export function ownIndent(text: string, at: number): string | null {
  let start = at
  while (start > 0 && isBlank(text.charCodeAt(start - 1))) start--
  return start === 0 || isBreak(text.charCodeAt(start - 1)) ? text.slice(start, at) : null
}

/** White space that the line of `at` begins with. */
export function lineIndent(text: string, at: number): string {
  let start = at
  while (start > 0 && !isBreak(text.charCodeAt(start - 1))) start--
  let end = start
  while (end < at && isBlank(text.charCodeAt(end))) end++
  return text.slice(start, end)
}

export const hasBreak = (text: string): boolean => text.includes('\n') || text.includes('\r')

/** More than this is alignment with something on the line above, and no level of indentation. */
const LEVEL_MAX = 8

/** The deeper of two indentations without the other one; null where it is not one level deeper. */
const levelBetween = (outer: string, inner: string): string | null =>
  inner.length > outer.length && inner.length - outer.length <= LEVEL_MAX && inner.startsWith(outer) ? inner.slice(outer.length) : null

/** The frame of the direct members or elements of an object or array, `text` being exactly that object or array. */
export function frameInside(text: string, node: Node, frame: Frame): Frame {
  const last = node.items.at(-1)
  const empty = last === undefined && text.slice(1, -1).trim() === ''
  // An empty object in a file of many lines is opened up; one that has something keeps to the line it is on.
  const flat = (frame.flat || !empty) && !hasBreak(text)
  const outer = ownIndent(text, node.end - 1) ?? frame.base
  const own = last ? ownIndent(text, last.start) : null
  const indent = (own === null ? null : levelBetween(outer, own)) ?? frame.indent
  const base = flat ? frame.base : (own ?? outer + indent)
  if (!last) return { ...frame, flat, indent, base }
  const named = last.keyEnd < last.valueStart
  const before = named ? last.valueStart : last.start
  const spaced = named || node.items.length > 1 ? isBlank(text.charCodeAt(before - 1)) : frame.spaced
  const probe = startsObject(text, last.valueStart) && last.valueEnd - last.valueStart > 2 ? last.valueStart + 1 : 1
  const padded = named ? isBlank(text.charCodeAt(probe)) : frame.padded
  return { ...frame, flat, indent, base, spaced, padded }
}

/** A value as the frame lays it out; the first line without indentation, since the caller has put it already. */
export function written(value: JsonValue, frame: Frame): string {
  if (frame.flat) return inline(value, frame)
  const text = JSON.stringify(value, null, '\t')
  // Line breaks can only be between tokens here: inside texts JSON.stringify escapes them.
  return text.replace(/\n(\t*)/g, (_, tabs: string) => frame.eol + frame.base + frame.indent.repeat(tabs.length))
}

function inline(value: JsonValue, frame: Frame): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const comma = frame.spaced ? ', ' : ','
  if (Array.isArray(value)) return `[${value.map((element) => inline(element, frame)).join(comma)}]`
  const members = Object.entries(value).map(([name, part]) => `${keyWritten(name, frame)}${inline(part, frame)}`)
  const pad = frame.padded && members.length > 0 ? ' ' : ''
  return `{${pad}${members.join(comma)}${pad}}`
}

export const keyWritten = (name: string, frame: Frame): string => `${JSON.stringify(name)}:${frame.flat && !frame.spaced ? '' : ' '}`

/** One level of indentation as a document shows it: by its first member that has a line of its own. */
export function indentOf(text: string, nodes: readonly Node[]): string {
  for (const node of nodes) {
    const outer = lineIndent(text, node.start)
    for (const item of node.items) {
      const own = ownIndent(text, item.start)
      if (own === null) continue
      const level = levelBetween(outer, own)
      if (level !== null) return level
      break
    }
  }
  return '  '
}

/** True for LF and CR at an offset. */
export const breakAt = (text: string, at: number): boolean => {
  const code = text.charCodeAt(at)
  return code === LF || code === CR
}
