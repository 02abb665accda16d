import { count } from '../../../core/count.ts'
import { tokensFor } from '../../base/budget.ts'
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
    const { list, totalOf } = await import('../../handoff/handoff.ts')
    const store = await bridge.store()
    const query = { status, to: (await recipientOf(bridge, client, named)) ?? undefined }
    const { found, total } = await store.snapshot((database) => ({
      found: list(database, query, liveIn(bridge.settings), bridge.now()),
      total: totalOf(database, query),
    }))
    const beyond = (told: number): number => tokensFor(found.slice(0, told).reduce((left, { bytes }) => left - bytes, total.bytes))
    const more = (left: number) => `[${left} more (${count(beyond(total.count - left), 'token')}): list by status or to.]`
    const { lines, shown } = listInRoom(found, { count: total.count, room, line: handoffLine, fact: handoffFacts, more })
    const text = lines.length === 0 ? 'No handoffs.' : lines.join('\n')
    const left = total.count - shown.length
    return {
      content: [{ type: 'text', text }],
      data: { handoffs: shown, ...(left > 0 && { more: left, more_tokens: beyond(shown.length) }) },
    }
  },
})
