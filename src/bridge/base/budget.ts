import { count } from '../../core/count.ts'
import { limits } from './limits.ts'
import { quote } from './quote.ts'
import { cut } from './text.ts'
import { tokenBytes } from './tokens.ts'

/** A part of an answer: a text of somebody else, below a line of ours that says whose it is. */
export interface AnswerPart {
  /** How it is named where it is left out. */
  readonly name: string
  /** The line of ours. */
  readonly title: string
  /** Null: there is nothing but the line. */
  readonly text: string | null
  /** Whether `text` is all of it: of a long text only as much is read as can be shown. */
  readonly isWhole: boolean
  /** Bytes of all of it. */
  readonly bytes: number
  /** The field of the data that holds it: it alone, or with others of its kind in a list. */
  readonly field: string
  readonly isListed: boolean
  /** Its data join those of the part before it, as an answer joins its question. */
  readonly joins?: boolean
  /** Its data, where so much of the text is shown. */
  value(text: string): unknown
  /** What the data say of it where it is left out. */
  readonly about: Readonly<Record<string, unknown>>
}

/** Something that is left out: by its name and size. */
type Left = Pick<AnswerPart, 'name' | 'bytes' | 'about'>

interface Filled {
  readonly taken: readonly { readonly part: AnswerPart; readonly text: string; readonly isCut: boolean }[]
  readonly left: readonly Left[]
}

/**
 * Takes parts in their order as long as they fit into `room` bytes. The first that does not is cut there, and nothing after it is
 * taken: what is less important never comes in the place of what is more important.
 */
function fill(parts: readonly AnswerPart[], room: number, costOf: (part: AnswerPart, text: string) => number): Filled {
  const taken: { part: AnswerPart; text: string; isCut: boolean }[] = []
  let free = room
  for (const [at, part] of parts.entries()) {
    const text = part.text ?? ''
    const cost = part.isWhole && Buffer.byteLength(text) <= free ? costOf(part, text) : Number.POSITIVE_INFINITY
    if (cost <= free) {
      taken.push({ part, text, isCut: false })
      free -= cost
      continue
    }
    const begun = beginning(text, free, (each) => costOf(part, each))
    if (begun === '') return { taken, left: parts.slice(at) }
    taken.push({ part, text: begun, isCut: true })
    const rest = { name: `the rest of ${part.name}`, bytes: Math.max(0, part.bytes - Buffer.byteLength(begun)), about: part.about }
    return { taken, left: [rest, ...parts.slice(at + 1)] }
  }
  return { taken, left: [] }
}

/** The longest beginning of a text that `fits`; whether it does never changes back as it grows. */
export function longest(text: string, fits: (beginning: string) => boolean): string {
  if (fits(text)) return text
  let [good, bad] = [0, text.length]
  while (bad - good > 1) {
    const middle = (good + bad) >> 1
    if (fits(cut(text, middle))) good = middle
    else bad = middle
  }
  return cut(text, good)
}

/** The longest beginning of a text that costs at most `room` bytes. None costs less than its characters, so of a very long text only so many are looked at. */
export const beginning = (text: string, room: number, costOf: (beginning: string) => number): string =>
  longest(cut(text, Math.min(text.length, Math.max(0, Math.floor(room)))), (each) => costOf(each) <= room)

const bytesOf = (value: unknown): number => Buffer.byteLength(JSON.stringify(value) ?? '')

/** Tokens of so many bytes. */
export const tokensFor = (bytes: number): number => Math.ceil(bytes / tokenBytes)

export const inTokens = (bytes: number): string => count(tokensFor(bytes), 'token')

/** How an answer tells what it leaves out. */
export interface Rest {
  /** What is left out in any case: it was not even read. */
  readonly unread: readonly Left[]
  /** The call that shows more, where an answer may have so many tokens. */
  call(tokens: number): string
  /** It can be a call of another tool, which shows more even where no answer of this one may be longer. */
  readonly isOfAnother?: boolean
}

const wordsOf = ({ title, text }: AnswerPart, shown: string): string => (text === null ? title : `${title}\n${quote(shown)}`)

/** Bytes of a part in words, with its end of line. */
export const costInWords = (part: AnswerPart, text: string): number => Buffer.byteLength(wordsOf(part, text)) + 1

/** Bytes of a part in data, with names of fields, brackets and commas. */
export const costInData = ({ value, field }: AnswerPart, text: string): number => bytesOf(value(text)) + field.length + 8

/**
 * The tokens of an answer that leaves out nothing, in words and in data. `around`: bytes outside of the parts. The cost of a part that
 * was not read is estimated: its size at the rate of the parts that were read, plus a margin.
 */
function needed(around: number, parts: readonly AnswerPart[], unread: readonly Left[]): number {
  const isRead = ({ text, isWhole }: AnswerPart): boolean => isWhole || (text ?? '') !== ''
  const known = parts.filter(isRead)
  const unknown = [...parts.filter((part) => !isRead(part)), ...unread]
  const costs = [costInWords, costInData].map((costOf) => {
    const cost = sumOf(known.map((part) => (costOf(part, part.text ?? '') * Math.max(1, part.bytes)) / Math.max(1, bytesIn(part.text))))
    const rate = Math.max(1.25, cost / Math.max(1, sumOf(known.map(({ bytes }) => bytes))))
    return cost + sumOf(unknown.map(({ bytes }) => 100 + bytes * Math.min(mostRate, rate)))
  })
  const isCertain = unknown.length === 0 && parts.every(({ isWhole }) => isWhole)
  const tokens = tokensFor((around + spareBytes + Math.max(...costs)) * (isCertain ? 1 : 1.25))
  return Math.min(limits.answerTokensMost, tokens)
}

const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0)
const bytesIn = (text: string | null): number => Buffer.byteLength(text ?? '')

/** Bytes that one byte of a text costs at most: JSON writes a control character as six. */
const mostRate = 6

/** Bytes of an answer that leaves out nothing: its cursor and the line about what waits. */
export const spareBytes = limits.cursorBytes + limits.noticeBytes

/** Bytes for naming what is left out. A short answer gives a larger share of its room, so that the call for the rest fits. */
const toldIn = (free: number): number => Math.min(limits.leftOutBytes, Math.floor(Math.max(free / 3, Math.min(free * 0.8, 160))))

/** Whether there is a call that shows more than an answer of `room` bytes. */
const canGrow = (room: number, { isOfAnother = false }: Rest): boolean =>
  isOfAnother || room < limits.answerTokensMost * tokenBytes - spareBytes

/** The words of an answer: a line of ours, then the parts that fit, then what is left out. */
export function partsInWords(head: string, parts: readonly AnswerPart[], room: number, rest: Rest): string {
  const free = room - Buffer.byteLength(head)
  const all = fill(parts, free, costInWords)
  const isAll = all.left.length === 0 && rest.unread.length === 0
  const reserved = isAll ? 0 : toldIn(free)
  const { taken, left } = isAll ? all : fill(parts, free - reserved, costInWords)
  const call = isAll || !canGrow(room, rest) ? '' : rest.call(needed(Buffer.byteLength(head), parts, rest.unread))
  const note = leftOut([...left, ...rest.unread], reserved - 1, call)
  return [head, ...taken.map(({ part, text }) => wordsOf(part, text)), ...(note === '' ? [] : [note])].join('\n')
}

/** `[Left out: goal (12 tokens), 3 more (400 tokens). CALL shows more.]`: as many names as fit into `room` bytes, the others counted. */
function leftOut(left: readonly Left[], room: number, call: string): string {
  if (left.length === 0) return ''
  const size = (some: readonly Left[]): string => inTokens(some.reduce((sum, { bytes }) => sum + bytes, 0))
  const told = (named: number): string => {
    const names = left.slice(0, named).map((each) => `${each.name} (${size([each])})`)
    const others = left.slice(named)
    const more = others.length === 0 ? [] : [`${named === 0 ? count(others.length, 'part') : `${others.length} more`} (${size(others)})`]
    return `[Left out: ${[...names, ...more].join(', ')}. ${call === '' ? 'No answer holds more.' : `${call} shows more.`}]`
  }
  const fits = (text: string): boolean => Buffer.byteLength(text) <= room
  for (let named = Math.min(left.length, limits.leftOutNamed); named >= 0; named--) if (fits(told(named))) return told(named)
  const short = `[Left out: ${size(left)}.]`
  return [...(call === '' ? [] : [`${short.slice(0, -1)} ${call} shows more.]`]), short].find(fits) ?? ''
}

/** The data of an answer: facts of ours, then the parts that fit, then what is left out. */
export function partsInData(
  facts: Readonly<Record<string, unknown>>,
  parts: readonly AnswerPart[],
  room: number,
  rest: Rest,
): Record<string, unknown> {
  const free = room - bytesOf(facts)
  const all = fill(parts, free, costInData)
  const isAll = all.left.length === 0 && rest.unread.length === 0
  const reserved = isAll ? 0 : toldIn(free)
  const { taken, left } = isAll ? all : fill(parts, free - reserved, costInData)
  const data: Record<string, unknown> = { ...facts }
  for (const { part, text } of taken) {
    const value = part.value(text)
    const kept: unknown = data[part.field]
    const list: readonly unknown[] = Array.isArray(kept) ? kept : []
    const joined = part.joins === true ? [...list.slice(0, -1), { ...Object(list.at(-1)), ...Object(value) }] : [...list, value]
    data[part.field] = part.isListed ? joined : value
  }
  const omitted = [...left, ...rest.unread].map(({ about, bytes }) => ({ ...about, tokens: tokensFor(bytes) }))
  if (omitted.length === 0) return data
  const call = canGrow(room, rest) ? rest.call(needed(bytesOf(facts), parts, rest.unread)) : ''
  return { ...data, ...omittedIn(omitted, reserved, call) }
}

function omittedIn(omitted: readonly { readonly tokens: number }[], room: number, call: string): Record<string, unknown> {
  for (let named = Math.min(omitted.length, limits.leftOutNamed); named >= 0; named--) {
    const others = omitted.slice(named)
    const tokens = others.reduce((sum, each) => sum + each.tokens, 0)
    const told = {
      omitted: omitted.slice(0, named),
      ...(others.length > 0 && { omitted_more: { parts: others.length, tokens } }),
      ...(call !== '' && { call }),
    }
    if (bytesOf(told) <= room) return told
  }
  return {}
}
