import { oneOfMany, optional, text } from '../../base/input.ts'
import { listInRoom } from '../../base/listing.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { handoffStatuses } from '../../../model/bridge-words.ts'
import { recipientOf } from './arguments.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffList = defineTool({
  name: 'handoff_list',
  family: 'handoff',
  effect: 'read',
  description: 'List handoffs, last changed first.',
  input: { status: optional(oneOfMany(handoffStatuses)), to: optional(text({ least: 1 })) },
  async handle({ status, to: named }, bridge, { client, room }) {
    const { countOf, list } = await import('../../handoff/handoff.ts')
    const store = await bridge.store()
    const query = { status, to: (await recipientOf(bridge, client, named)) ?? undefined }
    const { found, count } = await store.snapshot((database) => ({
      found: list(database, query, liveIn(bridge.settings), bridge.now()),
      count: countOf(database, query),
    }))
    const more = (left: number) => `[${left} more: list by status or to.]`
    const { lines, shown } = listInRoom(found, { count, room, line: handoffLine, fact: handoffFacts, more })
    const text = lines.length === 0 ? 'No handoffs.' : lines.join('\n')
    return {
      content: [{ type: 'text', text }],
      data: { handoffs: shown, ...(count > shown.length && { more: count - shown.length }) },
    }
  },
})
