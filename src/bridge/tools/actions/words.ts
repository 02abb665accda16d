import { localTime } from '../../../core/local-time.ts'
import type { Action } from '../../actions/action.ts'
import { type AnswerPart, partsInData, partsInWords, inTokens } from '../../base/budget.ts'
import { quote, quoteInLine } from '../../base/quote.ts'
import { inLine } from '../../base/text.ts'
import type { JsonValue } from '../../../model/entry.ts'

/** An action as the data of an answer. */
export const actionFacts = ({ id, type, params, from, to, timestamp, status, result, claim }: Action) => ({
  ...{ id, type, params, from, to: to ?? 'any', timestamp, status, result },
  ...(status === 'claimed' && claim !== null && { claimed_by: claim.client }),
})

export type ActionFacts = ReturnType<typeof actionFacts>

/** An action without what it asks and its result. */
export function actionHead(action: Action) {
  const { params: _, result: __, ...facts } = actionFacts(action)
  return facts
}

/** An action for a list, without long params and results. */
export function actionShort(action: Action) {
  const { params, result, ...facts } = actionFacts(action)
  const { unread } = action
  return {
    ...facts,
    ...(unread.params === undefined ? { params } : { params_left_out: true }),
    ...(unread.result === undefined ? { result } : { result_left_out: true }),
  }
}

/** The size of an action: bytes of its params and its result, whether they were read or not. */
export const bytesOf = ({ params, result, unread }: Action): number =>
  (unread.params ?? Buffer.byteLength(JSON.stringify(params))) +
  (unread.result ?? (result === null ? 0 : Buffer.byteLength(JSON.stringify(result))))

/** An action in one line. */
export const actionLine = ({ id, type, status, claim, from, to, timestamp }: Action): string =>
  `${quoteInLine(id)}  ${quoteInLine(type)}  ${status}${status === 'claimed' && claim !== null ? ` by ${quoteInLine(claim.client)}` : ''}, from ${quoteInLine(from)} to ${quoteInLine(to ?? 'any')}, ${localTime(timestamp)}`

/** What an action asks, below its line: who asked is told there. */
export function paramsBelow({ params, unread }: Action): string {
  if (unread.params !== undefined) return `\n[Params: ${inTokens(unread.params)}; get_action shows them.]`
  return isEmpty(params) ? '' : `\n${quote(JSON.stringify(params))}`
}

/** An action of a list, without params of more than so many characters. */
export function withoutLong(action: Action, characters: number): Action {
  const text = JSON.stringify(action.params)
  return text.length <= characters ? action : { ...action, unread: { params: Buffer.byteLength(text), ...action.unread } }
}

/** An action of a list in words: its line, what it asks, and its result. */
export function actionListed(action: Action): string {
  const result = resultWords(action)
  return `${actionLine(action)}${paramsBelow(action)}${result === null ? '' : `\n${result}`}`
}

/** What the bridge itself asks of a person: it is composed of checked parts, a line each. */
const isOurs = ({ status, carrier }: Action): boolean => status === 'needs_user' && carrier === 'person'

const whoseResult = ({ carrier, to, status }: Action): string =>
  status === 'cancelled'
    ? 'Result:'
    : carrier === 'twin'
      ? `Result, by ${quoteInLine(to ?? 'the program that claimed it')}:`
      : 'Result, which may hold words of others:'

/** Whether words name each text that a value holds, so that the value adds nothing to them. */
const isSaid = (value: JsonValue | undefined, words: readonly string[]): boolean =>
  typeof value === 'string'
    ? words.some((each) => each.includes(value))
    : typeof value === 'object' && value !== null && Object.values(value).every((each) => isSaid(each, words))

/** The result of an action, for people; null: there is none yet. */
export function resultText(action: Action): string | null {
  const { result, unread } = action
  if (unread.result !== undefined) return `[${inTokens(unread.result)}: get_action shows them.]`
  if (result === null) return null
  if (typeof result === 'string') return result
  if (typeof result !== 'object' || Array.isArray(result)) return JSON.stringify(result)
  // The digest of a wish is for `actions run`, which compares it.
  const { message, error, digest, ...others } = result
  const rest = isOurs(action) || digest === undefined ? others : { ...others, digest }
  const words = [error, message].filter((each) => typeof each === 'string')
  // What the bridge itself asks of a person is not said twice.
  const more = Object.entries(rest).filter(([, value]) => !isOurs(action) || !isSaid(value, words))
  return [...words, ...(more.length === 0 ? [] : [JSON.stringify(Object.fromEntries(more))])].join('\n')
}

/** The result of an action below a line that says whose it is; what the bridge asks of a person stands as it is. Null: there is none yet. */
export function resultWords(action: Action): string | null {
  const text = resultText(action)
  if (text === null) return null
  return isOurs(action) ? text.split('\n').map(inLine).join('\n') : `${whoseResult(action)}\n${quote(text)}`
}

const json = (value: JsonValue): string => JSON.stringify(value, null, 2)

const isEmpty = (value: JsonValue): boolean => value === null || Object.keys(Object(value)).length === 0

/** An action in `room` bytes of words and as many of data: its line, its result, what it asks. */
export function actionAnswer(action: Action, room: number, more: Readonly<Record<string, unknown>> = {}) {
  const { id, from, params, result } = action
  const facts = actionHead(action)
  const words = resultText(action)
  const named = { isWhole: true, isListed: false } as const
  const asked: AnswerPart = {
    ...{ ...named, name: 'params', title: `Params, by ${quoteInLine(from)}:`, text: json(params), bytes: Buffer.byteLength(json(params)) },
    ...{ field: 'params', about: { part: 'params' }, value: (shown: string) => (shown === json(params) ? params : shown) },
  }
  const ours = isOurs(action) && words !== null
  const outcome: AnswerPart = {
    ...{ ...named, name: 'result', title: ours ? (resultWords(action) ?? '') : whoseResult(action), text: ours ? null : words },
    ...{ bytes: Buffer.byteLength(words ?? ''), field: 'result', about: { part: 'result' } },
    value: (shown: string) => (ours || shown === words ? result : shown),
  }
  const hasParams = !isEmpty(params)
  const parts = [...(words === null ? [] : [outcome]), ...(hasParams ? [asked] : [])]
  const rest = { unread: [], call: (tokens: number) => `get_action ${JSON.stringify({ id, max_tokens: tokens })}` }
  const always = { ...more, ...facts, ...(!hasParams && { params }), ...(words === null && { result }) }
  return {
    content: [{ type: 'text' as const, text: partsInWords(actionLine(action), parts, room, rest) }],
    data: partsInData(always, parts, room, rest),
  }
}
