import { optional, whole } from '../../base/input.ts'
import { limits } from '../../base/limits.ts'
import type { Bridge } from '../../contract/bridge.ts'
import { defineTool } from '../../contract/tool.ts'
import { liveIn } from '../../handoff/claims.ts'
import type { Store } from '../../store/store.ts'
import type { lookUntil } from '../../store/waiting.ts'
import { type Inbox, inboxAnswer } from './inbox-words.ts'

export const inbox = defineTool({
  name: 'inbox',
  family: 'handoff',
  effect: 'read',
  description: 'What waits for you: handoffs, questions, answers, actions; timeout_ms waits for it.',
  input: { timeout_ms: optional(whole({ least: 1, most: limits.waitMs.most })) },
  async handle({ timeout_ms: timeoutMs }, bridge, { client, session, signal, room }) {
    const { markShown } = await import('../../handoff/question.ts')
    const { markSeen } = await import('../../actions/finished.ts')
    const store = await bridge.store()
    const find = () => whatWaits(store, client, bridge)
    const waiting = timeoutMs === undefined ? await find() : await waited(store, { timeoutMs, signal }, find)
    // Nobody reads the answer to a call that was cancelled: what it would show waits on.
    signal.throwIfAborted()
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

/** Kinds of changes after which something may wait that did not before. */
const kinds: readonly string[] = ['handoff', 'question', 'answer', 'action']

/** What waits once anything does, or the time is over. */
async function waited(store: Store, until: Parameters<typeof lookUntil>[1], find: () => Promise<Inbox>): Promise<Inbox> {
  const { lookUntil: look } = await import('../../store/waiting.ts')
  return look(store, until, {
    matters: (changes) => changes.some(({ kind }) => kinds.includes(kind)),
    find,
    isEnough: ({ handoffs, questions, answers, actions, finished, conflicts }) =>
      [handoffs, questions, answers, actions, finished, conflicts].some(({ length }) => length > 0),
  })
}

/** What waits for a client now; for `null`, for all clients. Of long texts only the beginning is read. */
export async function whatWaits(store: Store, client: string | null, { settings, redaction, now: time }: Bridge): Promise<Inbox> {
  const [isLive, now] = [liveIn(settings), time()]
  const { countOf, list } = await import('../../handoff/handoff.ts')
  const { answersFor, countsFor, questionsFor } = await import('../../handoff/question.ts')
  const { lastChange } = await import('../../store/changes.ts')
  const { actionCounts, claimableFor, finishedFor } = await import('../../actions/finished.ts')
  const open = { status: 'open', to: client ?? undefined } as const
  // Somewhat more than is shown: a key that begins in what is shown is recognised only as a whole.
  const reading = { limit: limits.inboxShown, characters: limits.inboxCharacters + redaction.longest }
  const { conflictsFor, countConflicts } = await import('../../memory/conflicts.ts')
  return store.snapshot((database) => ({
    handoffs: list(database, open, isLive, now),
    questions: questionsFor(database, client, reading),
    answers: answersFor(database, client, reading),
    actions: claimableFor(database, client, limits.inboxShown, isLive, now),
    conflicts: conflictsFor(database, client, limits.inboxShown),
    finished: finishedFor(database, client, limits.inboxShown, isLive, now),
    cursor: lastChange(database),
    counts: {
      handoffs: countOf(database, open),
      ...countsFor(database, client),
      ...actionCounts(database, client),
      conflicts: countConflicts(database, client),
    },
  }))
}
