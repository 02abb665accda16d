import type { Entry } from '../../memory/entry.ts'
import type { AlsoIn } from '../../memory/reading.ts'
import { inLine, time } from '../../base/text.ts'
import type { JsonValue } from '../../../model/entry.ts'

type Shown = { readonly value: JsonValue } | { readonly value_text: string; readonly bytes: number }

const valueWords = (shown: Shown): string =>
  'value' in shown
    ? typeof shown.value === 'string'
      ? shown.value
      : JSON.stringify(shown.value)
    : `${shown.value_text}…\n[The beginning of ${shown.bytes} bytes; a larger max_tokens shows more.]`

/** An entry for people and models: its head, its value, why. */
export function entryWords({ namespace, key, version, by, at, rationale, tags }: Entry, value: Shown): string {
  const head = `${inLine(key)} (${inLine(namespace)}, version ${version}, by ${inLine(by)}, ${time(at)}${tags.length === 0 ? '' : `, tags ${tags.map(inLine).join(', ')}`})`
  return [head, valueWords(value), ...(rationale === null ? [] : [`Rationale: ${rationale}`])].join('\n')
}

/** An entry in one line, without its value. */
export const entryLine = ({ namespace, key, version, by, at, tags }: Omit<Entry, 'value'>): string =>
  `${inLine(namespace)}  ${inLine(key)}  version ${version}, by ${inLine(by)}, ${time(at)}${tags.length === 0 ? '' : `, ${tags.map(inLine).join(', ')}`}`

export const alsoInWords = (alsoIn: readonly AlsoIn[]): string =>
  alsoIn.length === 0
    ? ''
    : `\nAlso in ${alsoIn.map(({ namespace, version, by }) => `${inLine(namespace)} (version ${version}, by ${inLine(by)})`).join(', ')}.`
