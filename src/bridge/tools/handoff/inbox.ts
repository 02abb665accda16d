import { limits } from '../../base/limits.ts'
import { inLine } from '../../base/text.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { Handoff } from '../../handoff/handoff.ts'
import type { Answered, Question } from '../../handoff/question.ts'
import type { Action } from '../../actions/action.ts'
import { actionLine, actionShort, resultText } from '../actions/words.ts'
import { handoffFacts, handoffLine } from './words.ts'

export const inbox = defineTool({
  name: 'inbox',
  family: 'handoff',
  effect: 'read',
  description: 'Everything that waits for this program: handoffs, questions, answers, actions.',
  input: {},
  async handle(_input, bridge, { client, session }) {
    const { list } = await import('../../handoff/handoff.ts')
    const { answersFor, markShown, questionsFor } = await import('../../handoff/question.ts')
    const { claimableFor, finishedFor, markSeen } = await import('../../actions/finished.ts')
    const store = await bridge.store()
    const [isLive, now] = [liveIn(bridge.settings), bridge.now()]
    const waiting = await store.snapshot((database) => ({
      handoffs: list(database, { status: 'open', to: client }, isLive, now),
      questions: questionsFor(database, client, limits.inboxShown),
      answers: answersFor(database, client, limits.inboxShown),
      actions: claimableFor(database, client, limits.inboxShown, isLive, now),
      finished: finishedFor(database, client, limits.inboxShown, isLive, now),
    }))
    const answers = waiting.answers.map(({ id }) => id)
    const finished = waiting.finished.map(({ id }) => id)
    if (answers.length + finished.length > 0)
      await store.write({ client, session }, (transaction) => {
        markShown(transaction, answers)
        markSeen(transaction, finished)
      })
    // All this has now been shown: the next answer needs no line about it.
    bridge.notices.line(client, session)
    return inboxAnswer(waiting)
  },
})

export interface Inbox {
  readonly handoffs: readonly Handoff[]
  readonly questions: readonly Question[]
  readonly answers: readonly Answered[]
  /** Actions that this program may claim. */
  readonly actions: readonly Action[]
  /** Actions that this program asked for and that have ended. */
  readonly finished: readonly Action[]
}

export function inboxAnswer(waiting: Inbox) {
  const lines = [
    ...waiting.handoffs.map((handoff) => `Handoff ${handoffLine(handoff)}`),
    ...waiting.questions.map(({ id, by, question }) => `Question ${id} of ${inLine(by)}: ${question}`),
    ...waiting.answers.map(
      ({ id, question, answer, answeredBy }) => `Answer to ${id} by ${inLine(answeredBy)}: ${answer}\n  (you asked: ${question})`,
    ),
    ...waiting.actions.map((action) => `Action ${actionLine(action)}: claim_action takes it`),
    ...waiting.finished.map((action) => `Ended: ${actionLine(action)}${resultText(action) === null ? '' : `\n  ${resultText(action)}`}`),
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
    actions: waiting.actions.map(actionShort),
    finished_actions: waiting.finished.map(actionShort),
  }
  return { content: [{ type: 'text' as const, text: lines.length === 0 ? 'Nothing waits.' : lines.join('\n') }], data }
}
