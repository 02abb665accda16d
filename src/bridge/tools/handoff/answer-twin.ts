import { text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { defineTool } from '../../contract/tool.ts'
import { withoutKeys } from './arguments.ts'

export const answerTwin = defineTool({
  name: 'answer_twin',
  family: 'handoff',
  effect: 'write',
  description: 'Answer a question of your inbox.',
  input: { question_id: text({ least: 1 }), answer: text({ least: 1, bytes: limits.noteBytes }) },
  subject: ({ question_id: id }) => id,
  async handle({ question_id: id, answer: words }, bridge, { client, session }) {
    const { answer } = await import('../../handoff/question.ts')
    withoutKeys(bridge, words)
    const store = await bridge.store()
    const asked = await store.write({ client, session }, (transaction) => answer(transaction, id, words))
    return { content: [{ type: 'text', text: `Question ${id} of ${quoteInLine(asked)} is answered.` }], data: { id, to: asked } }
  },
})
