import { oneOf, optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { actionStatuses } from '../../actions/action.ts'
import { liveIn } from '../../handoff/claims.ts'
import { actionLine, actionShort } from './words.ts'

export const listActions = defineTool({
  name: 'list_actions',
  family: 'actions',
  effect: 'read',
  description: 'List actions, the newest first.',
  input: { status: optional(oneOf(actionStatuses)), limit: optional(whole({ least: 1, most: limits.actionsListedMost })) },
  async handle({ status, limit = limits.actionsListed }, bridge) {
    const { list } = await import('../../actions/queue.ts')
    const store = await bridge.store()
    const found = await store.snapshot((database) => list(database, { status, limit }, liveIn(bridge.settings), bridge.now()))
    const text = found.length === 0 ? 'No actions.' : found.map(actionLine).join('\n')
    return { content: [{ type: 'text', text }], data: { actions: found.map(actionShort) } }
  },
})
