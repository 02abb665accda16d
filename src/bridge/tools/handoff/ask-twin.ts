import { optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { recipient, withoutKeys } from './arguments.ts'

export const askTwin = defineTool({
  name: 'ask_twin',
  family: 'handoff',
  effect: 'write',
  description: 'Ask another program; the answer comes to inbox.',
  input: {
    question: text({ least: 1, bytes: limits.noteBytes }),
    handoff: optional(text({ least: 1 })),
    to: optional(text({ least: 1 })),
  },
  subject: ({ handoff }) => handoff ?? '',
  async handle({ question, handoff, to }, bridge, { client, session }) {
    const { read } = await import('../../handoff/handoff.ts')
    const { ask } = await import('../../handoff/question.ts')
    withoutKeys(bridge, question)
    const store = await bridge.store()
    const id = `q-${bridge.settings.random(4)}`
    await store.write({ client, session }, (transaction) => {
      const about = handoff === undefined ? null : read(transaction, handoff, liveIn(bridge.settings), transaction.now)
      // A question about a handoff goes to whoever is on its other end.
      const other = about === null || to !== undefined ? null : about.by === client ? (about.claim?.client ?? about.to) : about.by
      ask(transaction, { id, question, handoff: handoff ?? null, to: recipient(to) ?? other })
    })
    return {
      content: [{ type: 'text', text: `Question ${id} waits for an answer; wait_for_change tells when it is there.` }],
      data: { id },
    }
  },
})
