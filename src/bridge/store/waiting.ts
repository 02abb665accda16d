import type { Change } from './changes.ts'
import type { Store } from './store.ts'

export interface Wait {
  /** The number of a change that is known already; without it what happens from now on counts. */
  readonly since?: number | undefined
  /** The session that waits: its own changes are not news to it. */
  readonly session: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Waited {
  /** Where to go on from. */
  readonly cursor: number
  /** None: the time is over. Null: some of what changed since then is no longer kept. */
  readonly changes: readonly Change[] | null
}

/** Settles when another session has changed something after `since`, at the latest when the time is over. */
export async function waitForChange(store: Store, { since, session, timeoutMs, signal }: Wait): Promise<Waited> {
  let wake = (): void => undefined
  // Listening begins before the first look, so that nothing is missed between the two.
  const stop = store.onChange(() => wake())
  const timer = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const over = new Promise<void>((resolve) => {
    timer.addEventListener('abort', () => resolve(), { once: true })
  })
  try {
    let cursor = since ?? (await store.cursor())
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const changes = await store.changesAfter(cursor)
      if (changes === null) return { cursor: await store.cursor(), changes }
      cursor = changes.at(-1)?.n ?? cursor
      const news = changes.filter((change) => change.session !== session)
      if (news.length > 0 || timer.aborted) return { cursor, changes: news }
      await Promise.race([changed, over])
    }
  } finally {
    stop()
  }
}
