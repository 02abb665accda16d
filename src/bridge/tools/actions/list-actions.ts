import { oneOfMany, optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { listInRoom } from '../../base/listing.ts'
import { defineTool } from '../../contract/tool.ts'
import { actionStatuses } from '../../../model/bridge-words.ts'
import { liveIn } from '../../handoff/claims.ts'
import { actionListed, actionShort } from './words.ts'

export const listActions = defineTool({
  name: 'list_actions',
  family: 'actions',
  effect: 'read',
  description: 'List actions, newest first.',
  input: { status: optional(oneOfMany(actionStatuses)), limit: optional(whole({ least: 1, most: limits.actionsListedMost })) },
  async handle({ status, limit = limits.actionsListed }, bridge, { room }) {
    const { list } = await import('../../actions/queue.ts')
    const store = await bridge.store()
    const found = await store.snapshot((database) => list(database, { status, limit }, liveIn(bridge.settings), bridge.now()))
    const more = (left: number) => `[${left} more: list by status.]`
    const { lines, shown } = listInRoom(found, { count: found.length, room, line: actionListed, fact: actionShort, more })
    const text = lines.length === 0 ? 'No actions.' : lines.join('\n')
    const left = found.length - shown.length
    return { content: [{ type: 'text', text }], data: { actions: shown, ...(left > 0 && { more: left }) } }
  },
})
