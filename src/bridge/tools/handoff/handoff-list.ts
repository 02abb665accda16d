import { oneOf, optional, text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { handoffStatuses, liveIn } from '../../handoff/claims.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffList = defineTool({
  name: 'handoff_list',
  family: 'handoff',
  effect: 'read',
  description: 'List handoffs, the last changed first.',
  input: { status: optional(oneOf(handoffStatuses)), to: optional(text({ least: 1 })) },
  async handle({ status, to }, bridge) {
    const { list } = await import('../../handoff/handoff.ts')
    const store = await bridge.store()
    const found = await store.read((database) =>
      list(database, { status, to: to === 'any' ? undefined : to }, liveIn(bridge.settings), bridge.now()),
    )
    const text = found.length === 0 ? 'No handoffs.' : found.map(handoffLine).join('\n')
    return { content: [{ type: 'text', text }], data: { handoffs: found.map(handoffFacts) } }
  },
})
