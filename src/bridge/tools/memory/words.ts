import { count } from '../../../core/count.ts'
import { localTime } from '../../../core/local-time.ts'
import type { MemoryEntry } from '../../memory/entry.ts'
import type { Redaction } from '../../base/redaction.ts'
import type { Bridge } from '../../contract/bridge.ts'
import type { AlsoIn } from '../../memory/reading.ts'
import { limits } from '../../base/limits.ts'
import { inQuotes, programWords, quote, quoteInLine } from '../../base/quote.ts'
import { cut } from '../../base/text.ts'
import type { JsonValue } from '../../../model/entry.ts'

/** Whose an entry is. */
export function entryHead({ namespace, key, version, by, machine, at, tags }: MemoryEntry): string {
  const facts = `${quoteInLine(namespace)}, version ${version}, by ${programWords(by, machine)}, ${localTime(at)}`
  return `${quoteInLine(key)} (${facts}${tags.length === 0 ? '' : `, tags ${tags.map(quoteInLine).join(', ')}`})`
}

/** An entry for people and models: whose it is in a line of ours, then its value and why, quoted, whoever wrote it. */
export function entryWords(entry: MemoryEntry, value: JsonValue): string {
  const { rationale } = entry
  return [
    entryHead(entry),
    quote(typeof value === 'string' ? value : JSON.stringify(value)),
    ...(rationale === null ? [] : ['Rationale:', quote(rationale)]),
  ].join('\n')
}

/** What a list shows of an entry: bytes instead of its value, and the beginning of why. */
export const entryFacts =
  (redaction: Redaction) =>
  ({ value, rationale, ...entry }: MemoryEntry): EntryFacts => ({
    ...{ ...entry, bytes: Buffer.byteLength(value) },
    ...(rationale !== null && { rationale: beginning(redaction, rationale) }),
  })

export interface EntryFacts extends Omit<MemoryEntry, 'value' | 'rationale'> {
  readonly bytes: number
  readonly rationale?: string
  /** How the value begins, where that is asked for. */
  readonly begins?: string
}

/** The beginning of a text for a list. A key that lies across its end is recognised as a whole, so that no half of it passes. */
export function beginning(redaction: Redaction, text: string): string {
  if (text.length <= limits.memoryBeginning) return text
  const { length } = cut(text, limits.memoryBeginning)
  return `${redaction.part(text.slice(0, length + redaction.longest), 0, length)}…`
}

/** An entry in one line, without its value or with the beginning of it. */
export const entryLine = ({
  namespace,
  key,
  version,
  by,
  machine,
  at,
  tags,
  bytes,
  begins,
  rationale,
}: Omit<EntryFacts, 'bytes'> & Partial<Pick<EntryFacts, 'bytes'>>): string =>
  [
    `${quoteInLine(namespace)}  ${quoteInLine(key)}  version ${version}, by ${programWords(by, machine)}, ${localTime(at)}`,
    ...(tags.length === 0 ? [] : [`tags ${tags.map(quoteInLine).join(', ')}`]),
    ...(bytes === undefined ? [] : [count(bytes, 'byte')]),
    ...(begins === undefined ? [] : [`value: ${inQuotes(begins)}`]),
    ...(rationale === undefined ? [] : [`why: ${inQuotes(rationale)}`]),
  ].join(', ')

export const alsoInWords = (alsoIn: readonly AlsoIn[]): string =>
  alsoIn.length === 0
    ? ''
    : `\nAlso in ${alsoIn.map(({ namespace, version, by, machine, at }) => `${quoteInLine(namespace)} (version ${version}, by ${programWords(by, machine)}, ${localTime(at)})`).join(', ')}.`

/** Keys or namespaces that were perhaps meant. */
export const nearWords = (near: readonly string[]): string => (near.length === 0 ? '' : ` Near ones: ${near.map(quoteInLine).join(', ')}.`)

/** What an answer adds, in words and data, where a call names a namespace that nobody has used before. */
export async function newness(bridge: Bridge, namespace: string | undefined) {
  if (namespace === undefined) return { words: '', facts: {} }
  const { newNamespace } = await import('../../memory/near.ts')
  const own = await bridge.namespace()
  const near = await (await bridge.store()).read((database) => newNamespace(database, namespace, own))
  if (near === null) return { words: '', facts: {} }
  return {
    words: ` Nobody has used the namespace ${quoteInLine(namespace)} before.${nearWords(near)}`,
    facts: { new_namespace: true, near },
  }
}
