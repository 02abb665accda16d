import { limits } from '../../base/limits.ts'
import { inLine } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { Answered, Question } from '../../handoff/question.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const inbox = defineTool({
  name: 'inbox',
  family: 'handoff',
  effect: 'read',
  description: 'Everything that waits for this program: handoffs, questions, answers.',
  input: {},
  async handle(_input, bridge, { client, session }) {
    const { list } = await import('../../handoff/handoff.ts')
    const { answersFor, markShown, questionsFor } = await import('../../handoff/question.ts')
    const store = await bridge.store()
    const waiting = await store.snapshot((database) => ({
      handoffs: list(database, { status: 'open', to: client }, liveIn(bridge.settings), bridge.now()),
      questions: questionsFor(database, client, limits.inboxShown),
      answers: answersFor(database, client, limits.inboxShown),
    }))
    const shown = waiting.answers.map(({ id }) => id)
    if (shown.length > 0) await store.write({ client, session }, (transaction) => markShown(transaction, shown))
    // What it shows needs no line that says so.
    bridge.notices.line(client, session)
    return inboxAnswer(waiting)
  },
})

export interface Inbox {
  readonly handoffs: readonly Handoff[]
  readonly questions: readonly Question[]
  readonly answers: readonly Answered[]
}

export function inboxAnswer(waiting: Inbox) {
  const lines = [
    ...waiting.handoffs.map((handoff) => `Handoff ${handoffLine(handoff)}`),
    ...waiting.questions.map(({ id, by, question }) => `Question ${id} of ${inLine(by)}: ${question}`),
    ...waiting.answers.map(
      ({ id, question, answer, answeredBy }) => `Answer to ${id} by ${inLine(answeredBy)}: ${answer}\n  (you asked: ${question})`,
    ),
  ]
  const data = {
    handoffs: waiting.handoffs.map(handoffFacts),
    questions: waiting.questions.map(({ id, question, handoff, by, at }) => ({
      id,
      question,
      by,
      at,
      ...(handoff !== null && { handoff }),
    })),
    answers: waiting.answers.map(({ id, question, handoff, answer, answeredBy, answeredAt }) => ({
      ...{ id, question, answer, by: answeredBy, at: answeredAt },
      ...(handoff !== null && { handoff }),
    })),
  }
  return { content: [{ type: 'text' as const, text: lines.length === 0 ? 'Nothing waits.' : lines.join('\n') }], data }
}
