import { localTime } from '../../../core/local-time.ts'
import {
  type AnswerPart,
  beginning,
  costInData,
  costInWords,
  partsInData,
  partsInWords,
  type Rest,
  spareBytes,
  tokensFor,
} from '../../base/budget.ts'
import type { Answer } from '../../base/call.ts'
import { limits } from '../../base/limits.ts'
import { programWords, quote, quoteInLine } from '../../base/quote.ts'
import type { Redaction } from '../../base/redaction.ts'
import { cut } from '../../base/text.ts'
import { tokenBytes } from '../../base/tokens.ts'
import type { MemoryEntry } from '../../memory/entry.ts'
import { bytesIn, cleanEntry, jsonBytes } from './entry-in-room.ts'
import { entryHead } from './words.ts'

/** An entry, or a version of one; `value` is null where it was deleted. */
export type EntryVersion = Omit<MemoryEntry, 'value'> & { readonly value: string | null }

/** Several entries of one answer, the most important first. */
export interface EntryList {
  /** The line of ours above all. */
  readonly head: string
  readonly redaction: Redaction
  /** The field of the data that holds them, and the other fields. */
  readonly field: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly entries: readonly EntryVersion[]
  /** How one is named where it is left out, in words and data. */
  named(entry: EntryVersion): Pick<AnswerPart, 'name' | 'about'>
  /** What the data tell of one, besides value, rationale and tags. */
  factsOf(entry: EntryVersion): Readonly<Record<string, unknown>>
  /** The call for more. `first`: one that is not shown whole; `tokens`: those of an answer that shows it whole, or all. */
  call(first: EntryVersion, tokens: { readonly ofFirst: number; readonly ofAll: number }): string
}

const sumOf = (sizes: readonly number[]): number => sizes.reduce((sum, size) => sum + size, 0)

type Unread = Rest['unread'][number]

/** How a text is written, and what that costs: quoted in words, or as JSON. */
interface Form {
  textOf(value: string): string
  costOf(text: string): number
  costOfPart(part: AnswerPart, text: string): number
}

const quoted: Form = {
  textOf(value) {
    const read: unknown = JSON.parse(value)
    return typeof read === 'string' ? read : value
  },
  costOf: (text) => bytesIn(quote(text)),
  costOfPart: costInWords,
}
const asJson: Form = { textOf: (value) => value, costOf: jsonBytes, costOfPart: costInData }

const deletedWords = ({ namespace, version, by, machine, at }: EntryVersion): string =>
  `Version ${version} in ${quoteInLine(namespace)}: deleted by ${programWords(by, machine)}, ${localTime(at)}`

/** `whole`: its value in the form of the answer; the others: what is shown of it. */
interface Shown {
  readonly whole: string
  readonly text: string
  readonly why: string
  readonly isTagged: boolean
}

/** An entry with so much of its value and rationale. */
function partsOf(list: EntryList, entry: EntryVersion, shown: Shown): AnswerPart[] {
  const { whole, text, why, isTagged } = shown
  const { value, tags, rationale } = isTagged ? entry : { ...entry, tags: [] }
  const { name, about } = list.named(entry)
  const facts = { ...list.factsOf(entry), ...((rationale ?? '') === '' && { rationale }), ...(isTagged && { tags }) }
  const shownAs = (each: string) =>
    value === null
      ? { deleted: true }
      : each === whole
        ? { value: JSON.parse(value) }
        : { value_text: each, cut: true, bytes: bytesIn(value) }
  const shared = { about, field: list.field, isListed: true, isWhole: true }
  const head = value === null ? deletedWords(entry) : entryHead({ ...entry, tags, value })
  const title = `\n${head}${value === null || text === whole ? '' : `\nThe beginning of ${bytesIn(value)} bytes:`}`
  return [
    { ...shared, name, title, text: value === null ? null : text, bytes: bytesIn(text), value: (each) => ({ ...facts, ...shownAs(each) }) },
    ...(why === ''
      ? []
      : [
          {
            ...{ ...shared, name: `the rationale of ${name}`, title: 'Rationale:', text: why, bytes: bytesIn(why), joins: true },
            value: (each: string) => ({ rationale: each }),
          },
        ]),
  ]
}

/** One entry in `share` bytes: value and rationale, each as much as fits, and what is left out of it. */
function inShare(list: EntryList, stored: EntryVersion, form: Form, { share, room }: { share: number; room: number }) {
  const isLong = bytesOf(stored) > room
  const entry = isLong ? stored : cleaned(list.redaction, stored)
  const { value, tags, rationale } = entry
  const isTagged = jsonBytes(tags) <= share / 4
  const [whole, reason] = [value === null ? '' : form.textOf(value), rationale ?? '']
  // A key is recognised only as a whole: of a long text somewhat more is looked at than can be shown.
  const clean = (text: string): string =>
    isLong ? list.redaction.part(cut(text, Math.min(text.length, room + list.redaction.longest)), 0, Math.min(text.length, room)) : text
  const bare = partsOf(list, entry, { whole, text: '', why: '', isTagged })
  const free = share - sumOf(bare.map((part) => form.costOfPart(part, ''))) - jointBytes
  const left = bytesIn(whole) > free ? 0 : free - form.costOf(whole)
  const why = beginning(clean(reason), Math.max(free / 3, left), form.costOf)
  const text = beginning(clean(whole), free - form.costOf(why), form.costOf)
  const bytes = bytesIn(whole) - bytesIn(text) + bytesIn(reason) - bytesIn(why) + (isTagged ? 0 : jsonBytes(tags))
  const { name, about } = list.named(entry)
  return {
    parts: partsOf(list, entry, { whole, text, why, isTagged }),
    unread: bytes <= 0 ? [] : [{ name: `the rest of ${name}`, bytes, about }],
  }
}

const bytesOf = ({ value, rationale }: EntryVersion): number => bytesIn(value ?? '') + bytesIn(rationale ?? '')

const cleaned = (redaction: Redaction, { value, ...entry }: EntryVersion): EntryVersion => {
  const clean = cleanEntry(redaction, { ...entry, value: value ?? 'null' })
  return value === null ? { ...clean, value } : clean
}

/** Bytes of each entry in an answer; beyond the longest answer that there can be, at least so many. */
function sizesIn(list: EntryList, form: Form): readonly number[] {
  let looked = 0
  return list.entries.map((entry) => {
    looked += bytesOf(entry)
    return looked > limits.answerTokensMost * tokenBytes ? bytesOf(entry) : sizeOf(list, entry, form)
  })
}

/** Bytes of one entry that is shown whole. */
function sizeOf(list: EntryList, entry: EntryVersion, form: Form): number {
  const { value, rationale } = entry
  const whole = value === null ? '' : form.textOf(value)
  const parts = partsOf(list, entry, { whole, text: whole, why: rationale ?? '', isTagged: true })
  return sumOf(parts.map((part) => form.costOfPart(part, part.text ?? '')))
}

/** The line above a rationale, names of fields and brackets. */
const jointBytes = 60

/** An entry that would have fewer bytes is left out whole, and named. */
const leastShown = 500

/** The most that each of `sizes` may have, so that all together have `room`: what short ones leave is shared by the long ones. */
function shareOf(sizes: readonly number[], room: number): number {
  let [left, count] = [room, sizes.length]
  for (const size of sizes.toSorted((a, b) => a - b)) {
    if (size * count > left) return left / count
    left -= size
    count--
  }
  return Number.POSITIVE_INFINITY
}

interface Chosen {
  readonly parts: readonly AnswerPart[]
  readonly unread: readonly Unread[]
  /** Which entry is the first that is not shown whole. */
  readonly first: number
  /** Bytes of each entry, as `sizesIn` tells them. */
  readonly sizes: readonly number[]
}

/** What is shown of each entry in `room` bytes: all of the short ones, and as much of each long one. */
function chosen(list: EntryList, form: Form, room: number): Chosen {
  const { entries } = list
  const sizes = sizesIn(list, form)
  const isAll = sumOf(sizes) <= room
  const free = room - (isAll ? 0 : Math.min(limits.leftOutBytes, Math.floor(room / 3)))
  const count = entries.findIndex((_, at) => at > 0 && shareOf(sizes.slice(0, at + 1), free) < leastShown)
  const begun = free < leastShown && !isAll ? [] : count < 0 ? entries : entries.slice(0, count)
  const share = shareOf(sizes.slice(0, begun.length), free)
  const cut = begun.map((entry) => inShare(list, entry, form, { share, room }))
  const first = cut.findIndex(({ unread }) => unread.length > 0)
  return {
    ...{ parts: cut.flatMap(({ parts }) => parts), sizes, first: first < 0 ? begun.length : first },
    unread: [
      ...cut.flatMap(({ unread }) => unread),
      ...entries.slice(begun.length).map((entry) => ({ ...list.named(entry), bytes: bytesOf(entry) })),
    ],
  }
}

/** Entries in `room` bytes of words and as many of data, and what is left out, with its size and the call for it. */
export function entriesInRoom(list: EntryList, room: number): Answer {
  const inWords = chosen(list, quoted, room - bytesIn(list.head))
  const inData = chosen(list, asJson, room - jsonBytes(list.facts))
  const around = Math.max(bytesIn(list.head), jsonBytes(list.facts)) + spareBytes
  const ofAll = tokensFor(Math.max(sumOf(inWords.sizes), sumOf(inData.sizes)) + around)
  // The answer with one entry also names other namespaces that hold its key.
  const tokensOf = (entry: EntryVersion): number =>
    tokensFor(Math.max(...[quoted, asJson].map((form) => sizeOf(list, entry, form))) + around + limits.leftOutBytes)
  const rest = ({ unread, first }: Chosen): Rest => ({
    ...{ unread, isOfAnother: true },
    call() {
      const entry = list.entries[first]
      return entry === undefined ? '' : list.call(entry, { ofFirst: tokensOf(entry), ofAll })
    },
  })
  return {
    content: [{ type: 'text', text: partsInWords(list.head, inWords.parts, room, rest(inWords)) }],
    data: partsInData(list.facts, inData.parts, room, rest(inData)),
  }
}
