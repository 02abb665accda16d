import { optional, text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { claimOf, liveIn } from '../../handoff/claims.ts'
import { actionAnswer } from './words.ts'

export const claimAction = defineTool({
  name: 'claim_action',
  family: 'actions',
  effect: 'write',
  description: 'Take an action to carry out (default: the oldest), then complete_action.',
  input: { id: optional(text({ least: 1 })) },
  subject: ({ id }) => id ?? '',
  async handle({ id }, bridge, { client, session, room }) {
    const { claim } = await import('../../actions/claims.ts')
    const store = await bridge.store()
    const by = claimOf(bridge.settings, client, session)
    const action = await store.write({ client, session }, (transaction) => claim(transaction, id, by, liveIn(bridge.settings)))
    if (action === null) return { content: [{ type: 'text', text: 'No action waits for you.' }], data: { found: false } }
    return actionAnswer(action, room, { found: true })
  },
})
