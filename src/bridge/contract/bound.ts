import { inTokens, longest, tokensFor } from '../base/budget.ts'
import type { Content } from '../base/call.ts'
import { limits } from '../base/limits.ts'
import { tokenBytes } from '../base/tokens.ts'
import type { Tool } from './tool.ts'

/** Bytes that the words of an answer to such a call may have, and the same for its data. */
export function roomFor({ inputSchema }: Pick<Tool, 'inputSchema'>, raw: unknown): number {
  const asked = takesTokens(inputSchema) && raw !== null && typeof raw === 'object' && 'max_tokens' in raw ? raw.max_tokens : undefined
  return (typeof asked === 'number' ? asked : limits.answerTokens) * tokenBytes
}

const takesTokens = ({ properties }: Tool['inputSchema']): boolean =>
  properties !== null && typeof properties === 'object' && 'max_tokens' in properties

const bytesIn = (text: string): number => Buffer.byteLength(text)

/** The last line of an answer where it is a remark of ours, such as a cursor or how a command ended: it stays when the end is cut. */
function lastNote(last: Content | undefined): string {
  const line = last?.type === 'text' ? (/(?:^|\n)(\[[^\n]{0,400}\])$/.exec(last.text.slice(-limits.leftOutBytes))?.[1] ?? '') : ''
  return line === '' ? '' : `\n${line}`
}

/**
 * The texts of an answer in `room` bytes. Tools leave out by themselves what does not fit, and name it; this is the wall behind them.
 * Pictures have a limit of their own.
 */
export function boundWords(content: readonly Content[], room: number): Content[] {
  const total = content.reduce((sum, part) => sum + (part.type === 'text' ? bytesIn(part.text) : 0), 0)
  if (total <= room) return [...content]
  const note = `\n[Cut: ${inTokens(total)} are more than the ${tokensFor(room)} of this answer; ask for less, or for more tokens where the tool takes max_tokens.]`
  const whole = `${note}${lastNote(content.at(-1))}`
  const end = [whole, note, ''].find((each) => bytesIn(each) * 2 <= room) ?? ''
  let free = room - bytesIn(end)
  const kept = content.flatMap((part): Content[] => {
    if (part.type !== 'text') return [part]
    const text = longest(part.text, (each) => bytesIn(each) <= free)
    free = text === part.text ? free - bytesIn(text) : 0
    return text === '' ? [] : [{ type: 'text', text }]
  })
  const last = kept.at(-1)
  if (end === '') return kept
  return last?.type === 'text' ? [...kept.slice(0, -1), { type: 'text', text: last.text + end }] : [...kept, { type: 'text', text: end }]
}

const jsonBytes = (value: unknown): number => bytesIn(JSON.stringify(value) ?? '')

/** The data of an answer in `room` bytes as JSON: short fields whole, then of the long ones as much as fits, in their order. */
export function boundData(data: Readonly<Record<string, unknown>>, room: number): Record<string, unknown> {
  if (jsonBytes(data) <= room) return { ...data }
  const note = { cut: true, tokens: tokensFor(jsonBytes(data)) }
  const kept = fitObject(data, room - jsonBytes(note))
  const noted = { ...kept, ...note }
  return jsonBytes(noted) <= room ? noted : fitObject(data, room)
}

/** Fields that cost no more are kept before all others: they say what the rest is. */
const shortField = 200

function fitObject(value: Readonly<Record<string, unknown>>, room: number): Record<string, unknown> {
  const kept = new Map<string, unknown>()
  let free = room - 2
  const entries = Object.entries(value).filter(([, each]) => each !== undefined)
  const isShort = ([name, each]: [string, unknown]): boolean => jsonBytes(name) + jsonBytes(each) <= shortField
  for (const [name, each] of [...entries.filter(isShort), ...entries.filter((entry) => !isShort(entry))]) {
    const cost = jsonBytes(name) + 2
    const fitting = fitValue(each, free - cost)
    if (fitting === undefined) continue
    kept.set(name, fitting)
    free -= cost + jsonBytes(fitting)
  }
  return Object.fromEntries(entries.flatMap(([name]) => (kept.has(name) ? [[name, kept.get(name)]] : [])))
}

/** Undefined: nothing of it fits. */
function fitValue(value: unknown, room: number): unknown {
  if (jsonBytes(value) <= room) return value
  if (typeof value === 'string') return room < 8 ? undefined : longest(value, (each) => jsonBytes(each) <= room)
  if (value === null || typeof value !== 'object' || room < 2) return undefined
  if (!Array.isArray(value)) return fitObject(value as Record<string, unknown>, room)
  const kept: unknown[] = []
  let free = room - 2
  for (const each of value) {
    const fitting = fitValue(each, free - 1)
    if (fitting === undefined) break
    kept.push(fitting)
    free -= jsonBytes(fitting) + 1
    if (fitting !== each) break
  }
  return kept
}
