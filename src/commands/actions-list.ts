import type { ActionFacts } from '../bridge/tools/actions/words.ts'
import { isObject } from '../core/object.ts'
import { visible } from '../ui/escape.ts'
import { askedOf } from './actions-screen.ts'

/** The lines of `list_actions` with what each action asks for below it, safe to print, and whether one waits for a person. */
export function listLines(
  text: string,
  { actions }: Readonly<Record<string, unknown>>,
): { readonly lines: readonly string[]; readonly waits: boolean } {
  const listed = Array.isArray(actions) ? (actions as readonly ActionFacts[]) : []
  // An action has several lines, of which the first begins with its id. Texts of others are quoted, so none of theirs does.
  const begins = new Map(listed.map((action) => [`${action.id}  `, action]))
  const lines = text.split('\n').flatMap((line) => {
    const action = begins.get(line.slice(0, line.indexOf('  ') + 2))
    return action === undefined || !isObject(action.params) ? [line] : [line, `    asks to ${askedOf(action)}`]
  })
  const waits = listed.some(({ type, status }) => status === 'needs_user' && approved.has(type))
  return { lines: lines.map(visible), waits }
}

/** Types that do nothing before a person approves them. */
const approved: ReadonlySet<string> = new Set(['update_mcp_config', 'switch_model'])
