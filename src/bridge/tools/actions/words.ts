import { type Action, isShown } from '../../actions/action.ts'
import { inLine, time } from '../../base/text.ts'

/** An action as the data of an answer. */
export const actionFacts = ({ id, type, params, from, to, timestamp, status, result, claim }: Action) => ({
  ...{ id, type, params, from, to: to ?? 'any', timestamp, status, result },
  ...(status === 'claimed' && claim !== null && { claimed_by: claim.client }),
})

/** An action for a list, without long params and results. */
export function actionShort(action: Action) {
  const { params, result, ...facts } = actionFacts(action)
  return {
    ...facts,
    ...(isShown(params) ? { params } : { params_left_out: true }),
    ...(isShown(result) ? { result } : { result_left_out: true }),
  }
}

/** An action in one line. */
export const actionLine = ({ id, type, status, claim, from, to, timestamp }: Action): string =>
  `${id}  ${inLine(type)}  ${status}${status === 'claimed' && claim !== null ? ` by ${inLine(claim.client)}` : ''}, from ${inLine(from)} to ${inLine(to ?? 'any')}, ${time(timestamp)}`

/** The result of an action, for people; null: there is none yet. */
export function resultText({ result }: Action): string | null {
  if (result === null) return null
  if (typeof result === 'string') return result
  if (typeof result !== 'object' || Array.isArray(result)) return JSON.stringify(result)
  const { message, error, ...rest } = result
  const words = [error, message].filter((each) => typeof each === 'string')
  return [...words, ...(Object.keys(rest).length === 0 ? [] : [JSON.stringify(rest)])].join('\n')
}
