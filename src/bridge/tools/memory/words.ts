import type { Entry } from '../../memory/entry.ts'
import type { AlsoIn } from '../../memory/reading.ts'
import { quote, quoteInLine } from '../../base/quote.ts'
import { time } from '../../base/text.ts'
import type { JsonValue } from '../../../model/entry.ts'

type Shown = { readonly value: JsonValue } | { readonly value_text: string; readonly bytes: number }

const valueWords = (shown: Shown): readonly string[] =>
  'value' in shown
    ? [quote(typeof shown.value === 'string' ? shown.value : JSON.stringify(shown.value))]
    : [quote(`${shown.value_text}…`), `[The beginning of ${shown.bytes} bytes; a larger max_tokens shows more.]`]

/** An entry for people and models: whose it is in a line of ours, then its value and why, quoted, whoever wrote it. */
export function entryWords({ namespace, key, version, by, at, rationale, tags }: Entry, value: Shown): string {
  const facts = `${quoteInLine(namespace)}, version ${version}, by ${quoteInLine(by)}, ${time(at)}`
  const head = `${quoteInLine(key)} (${facts}${tags.length === 0 ? '' : `, tags ${tags.map(quoteInLine).join(', ')}`})`
  return [head, ...valueWords(value), ...(rationale === null ? [] : ['Rationale:', quote(rationale)])].join('\n')
}

/** An entry in one line, without its value. */
export const entryLine = ({ namespace, key, version, by, at, tags }: Omit<Entry, 'value'>): string =>
  `${quoteInLine(namespace)}  ${quoteInLine(key)}  version ${version}, by ${quoteInLine(by)}, ${time(at)}${tags.length === 0 ? '' : `, ${tags.map(quoteInLine).join(', ')}`}`

export const alsoInWords = (alsoIn: readonly AlsoIn[]): string =>
  alsoIn.length === 0
    ? ''
    : `\nAlso in ${alsoIn.map(({ namespace, version, by }) => `${quoteInLine(namespace)} (version ${version}, by ${quoteInLine(by)})`).join(', ')}.`

/** Keys or namespaces that were perhaps meant. */
export const nearWords = (near: readonly string[]): string => (near.length === 0 ? '' : ` Near ones: ${near.map(quoteInLine).join(', ')}.`)
