import { needsPerson } from '../bridge/actions/types/index.ts'
import type { ActionFacts } from '../bridge/tools/actions/words.ts'
import { isObject } from '../core/object.ts'
import { visible } from '../ui/escape.ts'
import { askedOf } from './actions-screen.ts'

/**
 * The lines of `list_actions`, of each action only who asks what of whom, unless all is wanted; safe to print. `waits`: one waits for a
 * person.
 */
export function listLines(
  text: string,
  { actions }: Readonly<Record<string, unknown>>,
  isWhole: boolean,
): { readonly lines: readonly string[]; readonly waits: boolean } {
  const listed = Array.isArray(actions) ? (actions as readonly ActionFacts[]) : []
  // An action has several lines, of which the first begins with its id. Texts of others are quoted, so none of theirs does.
  const begins = new Map(listed.map((action) => [`${action.id}  `, action]))
  let isLeftOut = false
  const lines = text.split('\n').flatMap((line) => {
    const action = begins.get(line.slice(0, line.indexOf('  ') + 2))
    if (action === undefined) return isLeftOut && !/^\[\d+ more /.test(line) ? [] : [line]
    isLeftOut = !isWhole && isObject(action.params)
    return isObject(action.params) ? [line, `    asks to ${askedOf(action)}`] : [line]
  })
  const waits = listed.some(
    ({ type, status, result }) =>
      status === 'needs_user' && (needsPerson(type) || (isObject(result) && typeof result.command === 'string')),
  )
  return { lines: lines.map(visible), waits }
}
