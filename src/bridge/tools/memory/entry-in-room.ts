import { count } from '../../../core/count.ts'
import { type AnswerPart, beginning, partsInData, partsInWords, type Rest } from '../../base/budget.ts'
import type { Answer } from '../../base/call.ts'
import { limits } from '../../base/limits.ts'
import { quote } from '../../base/quote.ts'
import type { Redaction } from '../../base/redaction.ts'
import type { MemoryEntry } from '../../memory/entry.ts'
import type { AlsoIn } from '../../memory/reading.ts'
import { alsoInWords, entryHead } from './words.ts'

/** An entry that is too long for its answer. */
interface LongEntry {
  /** Its texts without keys, which are recognised only as a whole. */
  readonly entry: MemoryEntry
  readonly alsoIn: readonly AlsoIn[]
  /** The arguments that ask for it. */
  readonly asked: Readonly<Record<string, unknown>>
  /** Tokens of an answer that leaves out nothing. */
  readonly tokens: number
}

type Unread = Rest['unread'][number]

export const bytesIn = (text: string): number => Buffer.byteLength(text)
export const jsonBytes = (value: unknown): number => bytesIn(JSON.stringify(value))

/** Lines of ours above the rationale and the value, or the names of their fields. */
const titleBytes = 100

/** A call longer than this would displace the names of what is left out. */
const callBytes = 120

/** A call that shows more: whole, or without arguments that would be too long. */
export function callFor(tool: string, asked: Readonly<Record<string, unknown>>, tokens: number): string {
  const most = Math.min(tokens, limits.answerTokensMost)
  const call = `${tool} ${JSON.stringify({ ...asked, max_tokens: most })}`
  return bytesIn(call) <= callBytes ? call : `${tool} with max_tokens ${most}`
}

const restOf = ({ asked, tokens }: LongEntry, unread: readonly Unread[]): Rest => ({
  unread,
  call: () => callFor('memory_get', asked, tokens),
})

/** The rationale, or its beginning: a third of the room, or what the value leaves of it. */
function rationaleIn(rationale: string, share: number, costOf: (text: string) => number): { parts: AnswerPart[]; unread: Unread[] } {
  const text = beginning(rationale, share, costOf)
  const named = { name: 'the rationale', title: 'Rationale:', field: 'rationale', isListed: false, about: { part: 'rationale' } }
  const bytes = bytesIn(rationale) - bytesIn(text)
  return {
    parts: text === '' ? [] : [{ ...named, text, isWhole: true, bytes: bytesIn(text), value: (shown) => shown }],
    unread: bytes === 0 ? [] : [{ ...named, name: text === '' ? 'the rationale' : 'the rest of the rationale', bytes }],
  }
}

/** The title tells the size as JSON, as the field `bytes` does. */
const valueIn = ({ value }: MemoryEntry, text: string): AnswerPart => ({
  ...{ name: 'the value', title: `Value (${count(bytesIn(value), 'byte')}):`, text, isWhole: true, bytes: bytesIn(text) },
  ...{ field: 'shown', isListed: false, about: { part: 'value' } },
  value: (shown) => (shown === value ? { value: JSON.parse(value) } : { value_text: shown, cut: true, bytes: bytesIn(value) }),
})

function inParts(entry: MemoryEntry, text: string, room: number, costOf: (text: string) => number) {
  const share = Math.floor(Math.max(room / 3, room - costOf(text) - limits.leftOutBytes - titleBytes))
  const { parts, unread } = rationaleIn(entry.rationale ?? '', share, costOf)
  return { parts: [...parts, valueIn(entry, text)], unread }
}

const tagsLeft = ({ tags }: MemoryEntry): Unread => ({
  ...{ name: count(tags.length, 'tag'), bytes: jsonBytes(tags), about: { part: 'tags', count: tags.length } },
})
const placesLeft = (alsoIn: readonly AlsoIn[]): Unread => ({
  name: count(alsoIn.length, 'other namespace that holds the key', 'other namespaces that hold the key'),
  ...{ bytes: jsonBytes(alsoIn), about: { part: 'also_in', count: alsoIn.length } },
})

function words(long: LongEntry, room: number): string {
  const { entry, alsoIn } = long
  const value: unknown = JSON.parse(entry.value)
  const isTagged = bytesIn(entryHead(entry)) <= room / 3
  const whole = entryHead(isTagged ? entry : { ...entry, tags: [] })
  const others = alsoInWords(alsoIn)
  const isPlaced = bytesIn(others) <= room / 6
  const head = bytesIn(whole) <= room / 2 ? `${whole}${isPlaced ? others : ''}` : `Version ${entry.version}`
  if (bytesIn(head) > room) return ''
  const text = typeof value === 'string' ? value : entry.value
  const { parts, unread } = inParts(entry, text, room - bytesIn(head), (each) => bytesIn(quote(each)))
  const left = [...unread, ...(isTagged ? [] : [tagsLeft(entry)]), ...(isPlaced ? [] : [placesLeft(alsoIn)])]
  return partsInWords(head, parts, room, restOf(long, left))
}

function data(long: LongEntry, room: number): Record<string, unknown> {
  const { entry, alsoIn } = long
  const { version, by, machine, at, namespace, tags, rationale, value } = entry
  const isTagged = jsonBytes(tags) <= room / 4
  const isPlaced = jsonBytes(alsoIn) <= room / 6
  const facts = fitting(
    {
      ...{
        found: true,
        version,
        by,
        ...(machine !== undefined && { machine }),
        at,
        ...((rationale ?? '') === '' && { rationale }),
        namespace,
      },
      ...{ ...(isTagged && { tags }), ...(isPlaced && alsoIn.length > 0 && { also_in: alsoIn }) },
    },
    room,
  )
  const { parts, unread } = inParts(entry, value, room - jsonBytes(facts), jsonBytes)
  const left = [...unread, ...(isTagged ? [] : [tagsLeft(entry)]), ...(isPlaced ? [] : [placesLeft(alsoIn)])]
  const { shown = { cut: true, bytes: bytesIn(value) }, ...more } = partsInData(facts, parts, room, restOf(long, left))
  return fitting({ ...more, ...Object(shown) }, room)
}

/** The fields that fit, in their order. */
function fitting(fields: Readonly<Record<string, unknown>>, room: number): Record<string, unknown> {
  let kept: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(fields)) {
    const next = { ...kept, [name]: value }
    if (jsonBytes(next) <= room) kept = next
  }
  return kept
}

/** As much of a long entry as fits into `room` bytes of words, and as many of data, and what is left out, with its size. */
export const entryInRoom = (long: LongEntry, room: number): Answer => ({
  content: [{ type: 'text', text: words(long, room) }],
  data: data(long, room),
})

/** The texts of an entry without keys. */
export function cleanEntry(redaction: Redaction, { value, rationale, tags, ...entry }: MemoryEntry): MemoryEntry {
  const { data } = redaction.answer({ content: [], data: { value: JSON.parse(value) } })
  return {
    ...entry,
    value: JSON.stringify(data?.value),
    rationale: rationale === null ? null : redaction.text(rationale),
    tags: tags.map((tag) => redaction.text(tag)),
  }
}

/** Bytes of the words of an answer or of its data, whichever are more. */
export const sizeOf = ({ content, data }: Answer): number =>
  Math.max(
    content.reduce((sum, part) => sum + (part.type === 'text' ? bytesIn(part.text) : 0), 0),
    jsonBytes(data),
  )
