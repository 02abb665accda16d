import { limits } from '../../base/limits.ts'
import type { Bridge } from '../../contract/bridge.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { Store } from '../../store/store.ts'
import { type Inbox, inboxAnswer } from './inbox-words.ts'

export const inbox = defineTool({
  name: 'inbox',
  family: 'handoff',
  effect: 'read',
  description: 'All that waits for you: handoffs, questions, answers, actions.',
  input: {},
  async handle(_input, bridge, { client, session, room }) {
    const { markShown } = await import('../../handoff/question.ts')
    const { markSeen } = await import('../../actions/finished.ts')
    const store = await bridge.store()
    const waiting = await whatWaits(store, client, bridge)
    const { answer, answers, finished } = inboxAnswer(waiting, bridge.redaction, room)
    if (answers.length + finished.length > 0)
      await store.write({ client, session }, (transaction) => {
        markShown(transaction, answers)
        markSeen(transaction, finished)
      })
    // All this has now been shown: the next answer needs no line about it.
    bridge.notices.line(client, session)
    return answer
  },
})

/** What waits for a client now; for `null`, for all clients. Of long texts only the beginning is read. */
export async function whatWaits(store: Store, client: string | null, { settings, redaction, now: time }: Bridge): Promise<Inbox> {
  const [isLive, now] = [liveIn(settings), time()]
  const { countOf, list } = await import('../../handoff/handoff.ts')
  const { answersFor, countsFor, questionsFor } = await import('../../handoff/question.ts')
  const { actionCounts, claimableFor, finishedFor } = await import('../../actions/finished.ts')
  const open = { status: 'open', to: client ?? undefined } as const
  // Somewhat more than is shown: a key that begins in what is shown is recognised only as a whole.
  const reading = { limit: limits.inboxShown, characters: limits.inboxCharacters + redaction.longest }
  return store.snapshot((database) => ({
    handoffs: list(database, open, isLive, now),
    questions: questionsFor(database, client, reading),
    answers: answersFor(database, client, reading),
    actions: claimableFor(database, client, limits.inboxShown, isLive, now),
    finished: finishedFor(database, client, limits.inboxShown, isLive, now),
    counts: { handoffs: countOf(database, open), ...countsFor(database, client), ...actionCounts(database, client) },
  }))
}
