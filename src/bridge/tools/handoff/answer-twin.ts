import { text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { defineTool } from '../../contract/tool.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
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
    const { result: asked, isUnsent } = await store.keep({ client, session }, (transaction) => answer(transaction, id, words))
    return {
      content: [{ type: 'text', text: `Question ${id} of ${quoteInLine(asked)} is answered.${unsentWords(isUnsent)}` }],
      data: { id, to: asked, ...unsentFacts(isUnsent) },
    }
  },
})
