import { textAnswer } from '../../base/call.ts'
import { text } from '../../base/input.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { actionHead, actionLine } from './words.ts'

export const cancelAction = defineTool({
  name: 'cancel_action',
  family: 'actions',
  effect: 'write',
  description: 'Cancel an action that waits.',
  input: { id: text({ least: 1 }) },
  subject: ({ id }) => id,
  async handle({ id }, bridge, { client, session }) {
    const { cancel } = await import('../../actions/queue.ts')
    const store = await bridge.store()
    const action = await store.write({ client, session }, (transaction) => cancel(transaction, id, liveIn(bridge.settings)))
    return { ...textAnswer(actionLine(action)), data: actionHead(action) }
  },
})
