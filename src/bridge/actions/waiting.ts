import type { IsLive } from '../handoff/claims.ts'
import { lastChange } from '../store/changes.ts'
import type { Store } from '../store/store.ts'
import { lookUntil } from '../store/waiting.ts'
import { type Action, isFinal } from './action.ts'
import { read } from './queue.ts'

/** True while a person is asked, who may still decide. Other actions that need a person ended with that: nobody tells when it is done. */
export const isAsked = ({ status, carrier }: Action): boolean => status === 'needs_user' && carrier === 'person'

/**
 * Waits until an action has ended, by a person where one is asked, or the time is over, and returns it with
 * the last change that was looked at. Throws a Refusal where there is none.
 */
export const waitForAction = (
  store: Store,
  id: string,
  { timeoutMs, signal, isLive, now }: { timeoutMs: number; signal: AbortSignal; isLive: IsLive; now(): number },
): Promise<{ readonly action: Action; readonly cursor: number }> =>
  lookUntil(
    store,
    { timeoutMs, signal },
    {
      matters: (changes) => changes.some((change) => change.kind === 'action' && change.id === id),
      find: () => store.snapshot((database) => ({ action: read(database, id, isLive, now()), cursor: lastChange(database) })),
      isEnough: ({ action }) => isFinal(action.status) && !isAsked(action),
    },
  )
