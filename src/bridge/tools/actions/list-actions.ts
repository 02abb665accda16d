import { count } from '../../../core/count.ts'
import { tokensFor } from '../../base/budget.ts'
import { oneOfMany, optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { listInRoom } from '../../base/listing.ts'
import { defineTool } from '../../contract/tool.ts'
import { actionStatuses } from '../../../model/bridge-words.ts'
import { liveIn } from '../../handoff/claims.ts'
import { actionListed, actionShort, bytesOf } from './words.ts'

export const listActions = defineTool({
  name: 'list_actions',
  family: 'actions',
  effect: 'read',
  description: 'List actions, newest first.',
  input: { status: optional(oneOfMany(actionStatuses)), limit: optional(whole({ least: 1, most: limits.actionsListedMost })) },
  async handle({ status, limit = limits.actionsListed }, bridge, { room }) {
    const { list, totalOf } = await import('../../actions/queue.ts')
    const store = await bridge.store()
    const { found, total } = await store.snapshot((database) => ({
      found: list(database, { status, limit }, liveIn(bridge.settings), bridge.now()),
      total: totalOf(database, status),
    }))
    const all = Math.max(total.count, found.length)
    const beyond = (told: number): number => {
      const left = found.slice(0, told).reduce((bytes, action) => bytes - bytesOf(action), total.bytes)
      return tokensFor(Math.max(0, left))
    }
    const more = (left: number) =>
      `[${left} more (${count(beyond(all - left), 'token')}): list by status, or with a limit of up to ${limits.actionsListedMost}.]`
    const { lines, shown } = listInRoom(found, { count: all, room, line: actionListed, fact: actionShort, more })
    const text = lines.length === 0 ? 'No actions.' : lines.join('\n')
    const left = all - shown.length
    return {
      content: [{ type: 'text', text }],
      data: { actions: shown, ...(left > 0 && { more: left, more_tokens: beyond(shown.length) }) },
    }
  },
})
