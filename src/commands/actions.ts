import { limits } from '../bridge/base/limits.ts'
import type { Tool } from '../bridge/contract/tool.ts'
import { cancelAction } from '../bridge/tools/actions/cancel-action.ts'
import { getAction } from '../bridge/tools/actions/get-action.ts'
import { listActions } from '../bridge/tools/actions/list-actions.ts'
import type { actions as spec } from '../cli/specs/actions.ts'
import type { Context, VerbsOf } from '../context.ts'
import { EXIT, type ExitCode, usageError } from '../errors.ts'
import { lookInBridge } from './bridge-at-home.ts'
import { demandStored } from './stored-names.ts'

type Verbs = VerbsOf<typeof spec>

const list: Verbs['list'] = (context, _words, { status, limit }) =>
  lookInBridge(context, async ({ call }) => {
    const { text, data } = await call(listActions, { ...(status !== undefined && { status }), ...(limit !== undefined && { limit }) })
    context.io.json(data)
    if (context.io.asJson) return EXIT.ok
    const { listLines } = await import('./actions-list.ts')
    const { lines, waits } = listLines(text, data, context.io.verbose)
    for (const line of lines) context.io.wholeOut(line)
    if (lines.length > 1) context.io.out('To see one whole: mcp-twin actions show ID')
    if (waits) context.io.out('To see what one of those that need you will do, and to decide: mcp-twin actions run ID')
    return EXIT.ok
  })

/** Asks a tool about the action of an id. */
const about = (context: Context, tool: Tool, id: string): Promise<ExitCode> =>
  lookInBridge(context, async ({ bridge, call }) => {
    await demandStored(bridge, 'action', id)
    const { text, data } = await call(tool, { id })
    context.io.json(data)
    context.io.raw(`${text}\n`)
    return EXIT.ok
  })

/** One that waits for the person is shown as `run` shows it; of any other, all that is stored. */
const show: Verbs['show'] = (context, [id]) =>
  lookInBridge(context, async (open) => {
    const { io } = context
    await demandStored(open.bridge, 'action', id)
    const { text, data } = await open.call(getAction, { id, max_tokens: limits.answerTokensMost })
    io.json(data)
    if (io.asJson) return EXIT.ok
    const screen = data.status === 'needs_user' ? await (await import('./actions-run.ts')).waitingScreen(context, open, id) : null
    if (screen === null) {
      io.raw(`${text}\n`)
      return EXIT.ok
    }
    for (const line of screen.lines) io.wholeOut(line)
    for (const line of screen.remedies) io.out(line)
    io.out(`To decide about it: mcp-twin actions run ${id}`)
    return EXIT.ok
  })

const run: Verbs['run'] = async (context, [id]) => {
  if (context.options.manifest !== undefined)
    throw usageError('actions run changes your own manifest, so --manifest means nothing there.', { hint: `mcp-twin actions run ${id}` })
  return (await import('./actions-run.ts')).runAction(context, id)
}

/** Lists, shows, approves and cancels actions that programs ask of each other, and asks for one by a signed file. */
export const verbs: Verbs = {
  list,
  show,
  run,
  cancel: (context, [id]) => about(context, cancelAction, id),
  drop: async (context, [type], options) => (await import('./actions-sign.ts')).signAction(context, 'drop', type, options),
  sign: async (context, [type], options) => (await import('./actions-sign.ts')).signAction(context, 'sign', type, options),
}
