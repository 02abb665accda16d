import { optional, text } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import { quoteInLine } from '../../base/quote.ts'
import { failed } from '../../base/refusal.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import { unsentFacts, unsentWords } from '../../base/unsent.ts'
import { recipientOf, withoutKeys } from './arguments.ts'

export const askTwin = defineTool({
  name: 'ask_twin',
  family: 'handoff',
  effect: 'write',
  description: 'Ask another program; the answer comes to inbox. withdraw (an id) takes it back.',
  input: {
    question: optional(text({ least: 1, bytes: limits.noteBytes })),
    handoff: optional(text({ least: 1 })),
    to: optional(text({ least: 1 })),
    withdraw: optional(text({ least: 1 })),
  },
  subject: ({ handoff, withdraw }) => withdraw ?? handoff ?? '',
  async handle({ question, handoff, to, withdraw: taken }, bridge, { client, session }) {
    const { read } = await import('../../handoff/handoff.ts')
    const { ask, otherEnd, withdraw } = await import('../../handoff/question.ts')
    if ((question === undefined) === (taken === undefined)) throw failed('ask_twin takes either question, or withdraw and nothing else.')
    const store = await bridge.store()
    if (question === undefined) {
      const id = taken ?? ''
      const { result, isUnsent } = await store.keep({ client, session }, (transaction) => withdraw(transaction, id))
      const receiver = result ?? 'any'
      const words = `Question ${id} to ${quoteInLine(receiver)} is taken back.${unsentWords(isUnsent)}`
      return {
        content: [{ type: 'text', text: words }],
        data: { id, to: receiver, withdrawn: true, ...unsentFacts(isUnsent) },
      }
    }
    withoutKeys(bridge, question)
    const named = await recipientOf(bridge, client, to)
    const id = `q-${bridge.settings.random(4)}`
    const { result: receiver, isUnsent } = await store.keep({ client, session }, (transaction) => {
      const about = handoff === undefined ? null : read(transaction, handoff, liveIn(bridge.settings), transaction.now)
      // A question about a handoff goes to whoever is on its other end.
      const other = about === null || to !== undefined ? null : otherEnd(about, client)
      // Nobody answers a question of its own, so one to itself goes to all others.
      const receiver = named ?? (other === client ? null : other)
      if (receiver === client)
        throw failed(`Nothing was asked: ${quoteInLine(client)} is the program that asks; leave "to" out to ask the others.`)
      ask(transaction, {
        id,
        question,
        handoff: handoff ?? null,
        to: receiver,
      })
      return receiver ?? 'any'
    })
    return {
      content: [
        {
          type: 'text',
          text: `Question ${id} waits for an answer of ${quoteInLine(receiver)}; inbox with timeout_ms waits for it.${unsentWords(isUnsent)}`,
        },
      ],
      data: { id, to: receiver, ...unsentFacts(isUnsent) },
    }
  },
})
