import type { IsLive } from '../handoff/claims.ts'
import type { Store } from '../store/store.ts'
import { type Action, finalStatuses } from './action.ts'
import { read } from './queue.ts'

/** An action once nobody has to wait for it any longer, or as it is when the time is over. Throws a Refusal where there is none. */
export async function waitForAction(
  store: Store,
  id: string,
  { timeoutMs, signal, isLive, now }: { timeoutMs: number; signal: AbortSignal; isLive: IsLive; now(): number },
): Promise<Action> {
  let wake = (): void => undefined
  // Listening begins before the first look, so that nothing is missed between the two.
  const stop = store.onChange((changes) => {
    if (changes.some((change) => change.kind === 'action' && change.id === id)) wake()
  })
  const over = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }))
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const action = await store.read((database) => read(database, id, isLive, now()))
      if (finalStatuses.includes(action.status) || over.aborted) return action
      await Promise.race([changed, ended])
    }
  } finally {
    stop()
  }
}
