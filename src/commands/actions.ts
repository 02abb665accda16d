import { limits } from '../bridge/base/limits.ts'
import { cancelAction } from '../bridge/tools/actions/cancel-action.ts'
import { getAction } from '../bridge/tools/actions/get-action.ts'
import { listActions } from '../bridge/tools/actions/list-actions.ts'
import type { actions as spec } from '../cli/specs/actions.ts'
import type { Context, Run } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import { withBridge } from './bridge-at-home.ts'
import { demandStored } from './stored-names.ts'
import { wholeOption } from './whole-option.ts'

const words = ['list', 'show', 'run', 'cancel', 'drop', 'sign'] as const
const help = { hint: 'mcp-twin actions --help' }

/** Lists, shows, approves and cancels actions that programs ask of each other, and asks for one by a signed file. */
export const run: Run<typeof spec> = async (context, [action, word], options) => {
  const known = words.find((each) => each === action)
  if (known === undefined)
    throw usageError(`actions takes ${words.slice(0, -1).join(', ')} or ${words.at(-1)}, not ${JSON.stringify(action ?? '')}.`, help)
  if (known === 'list') {
    if (word !== undefined) throw usageError(`actions list does not take ${JSON.stringify(word)}.`, help)
    return list(context, options)
  }
  const signs = known === 'drop' || known === 'sign'
  if (word === undefined)
    throw usageError(`actions ${known} needs the ${signs ? 'type' : 'id'} of an action.`, {
      hint: signs ? help.hint : 'mcp-twin actions list shows their ids',
    })
  if (known === 'run' && context.options.manifest !== undefined)
    throw usageError('actions run changes your own manifest, so --manifest means nothing there.', { hint: `mcp-twin actions run ${word}` })
  if (known === 'run') return (await import('./actions-run.ts')).runAction(context, word)
  if (signs) return (await import('./actions-sign.ts')).signAction(context, known, word, options)
  const tool = known === 'show' ? getAction : cancelAction
  return withBridge(context, async ({ bridge, call }) => {
    await demandStored(bridge, 'action', word)
    const { text, data } = await call(tool, { id: word, ...(known === 'show' && { max_tokens: limits.answerTokensMost }) })
    context.io.json(data)
    context.io.raw(`${text}\n`)
    return EXIT.ok
  })
}

async function list(context: Context, options: Record<string, unknown>): Promise<ExitCode> {
  const { status } = options
  const limit = wholeOption('actions', options, 'limit', 1)
  return withBridge(context, async ({ call }) => {
    const { text, data } = await call(listActions, { ...(status !== undefined && { status }), ...(limit !== undefined && { limit }) })
    context.io.json(data)
    if (context.io.asJson) return EXIT.ok
    const { listLines } = await import('./actions-list.ts')
    const { lines, waits } = listLines(text, data)
    for (const line of lines) context.io.wholeOut(line)
    if (waits) context.io.out('To see what one of those that need you will do, and to decide: mcp-twin actions run ID')
    return EXIT.ok
  })
}
