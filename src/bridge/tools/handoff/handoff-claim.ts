import { text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { claimOf, liveIn } from '../../handoff/claims.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const handoffClaim = defineTool({
  name: 'handoff_claim',
  family: 'handoff',
  effect: 'write',
  description: 'Take a handoff to work on it.',
  input: { id: text({ least: 1 }) },
  subject: ({ id }) => id,
  async handle({ id }, bridge, { client, session }) {
    const { claim } = await import('../../handoff/handoff.ts')
    const store = await bridge.store()
    const by = claimOf(bridge.settings, client, session)
    const handoff = await store.write({ client, session }, (transaction) => claim(transaction, id, by, liveIn(bridge.settings)))
    return {
      content: [{ type: 'text', text: `Yours now; handoff_read shows all of it: ${handoffLine(handoff)}` }],
      data: handoffFacts(handoff),
    }
  },
})
