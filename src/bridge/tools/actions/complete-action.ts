import { textAnswer } from '../../base/call.ts'
import { anything, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { denied } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'
import { claimOf, liveIn } from '../../handoff/claims.ts'
import { actionHead, actionLine } from './words.ts'

export const completeAction = defineTool({
  name: 'complete_action',
  family: 'actions',
  effect: 'write',
  description: 'Give the result of a claimed action.',
  input: { id: text({ least: 1 }), result: anything(limits.actionText) },
  subject: ({ id }) => id,
  async handle({ id, result }, bridge, { client, session }) {
    const { complete } = await import('../../actions/claims.ts')
    if (bridge.redaction.keyIn(result))
      throw denied('Nothing was stored: the result holds a stored key; name the key instead of quoting it.')
    const store = await bridge.store()
    const by = claimOf(bridge.settings, client, session)
    const action = await store.write({ client, session }, (transaction) => complete(transaction, id, result, by, liveIn(bridge.settings)))
    return { ...textAnswer(actionLine(action)), data: actionHead(action) }
  },
})
