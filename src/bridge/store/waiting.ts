import { timeLimit } from '../base/time-limit.ts'
import { type StoreChange, changesSince } from './changes.ts'
import { lastChange } from './connection.ts'
import type { Database } from './database.ts'
import type { Store } from './store.ts'

export interface Wait {
  /** The number of a change that is known already; without it what happens from now on counts. */
  readonly since?: number | undefined
  /** The session that waits: its own changes are not news to it. */
  readonly session: string
  /** Kinds of changes that are no news to anyone. */
  readonly without?: readonly string[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

export interface Waited<T = readonly StoreChange[]> {
  /** Where to go on from. */
  readonly cursor: number
  /** Null: some of what changed since then is no longer kept. */
  readonly changes: T | null
}

interface Look<T> {
  /** True for changes after which something else may be found. */
  matters(changes: readonly StoreChange[]): boolean
  find(): Promise<T>
  isEnough(found: T): boolean
}

/**
 * Calls `find` now, and again after each change that matters, until its result is enough, the time is over or the caller gives up.
 * Resolves to the last result.
 */
export async function lookUntil<T>(
  store: Store,
  { timeoutMs, signal }: Pick<Wait, 'timeoutMs' | 'signal'>,
  { matters, find, isEnough }: Look<T>,
): Promise<T> {
  let wake = (): void => undefined
  // Listening begins before the first look, so that nothing is missed between the two.
  const stop = store.onChange((changes) => {
    if (matters(changes)) wake()
  })
  const over = AbortSignal.any([signal, timeLimit(timeoutMs)])
  const ended = new Promise<void>((resolve) => over.addEventListener('abort', () => resolve(), { once: true }))
  try {
    for (;;) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve
      })
      const found = await find()
      if (isEnough(found) || over.aborted) return found
      await Promise.race([changed, ended])
    }
  } finally {
    stop()
  }
}

/**
 * Settles when another session has changed something after `since`, at the latest when the time is over: then nothing has changed.
 * `show` turns the changes into the answer. It reads the store in the state that `cursor` names.
 */
export async function waitForChange<T>(
  store: Store,
  { since, session, without = [], ...until }: Wait,
  show: (database: Database, changes: readonly StoreChange[]) => T,
): Promise<Waited<T>> {
  let from = since ?? (await store.cursor())
  const { cursor, changes } = await lookUntil<Waited<T> & { readonly isOver: boolean }>(store, until, {
    matters: () => true,
    async find() {
      const found = await store.snapshot((database) => {
        const changes = changesSince(database, from)
        if (changes === null) return { cursor: lastChange(database), changes, isOver: true }
        const news = changes.filter((change) => change.session !== session && !without.includes(change.kind))
        return { cursor: changes.at(-1)?.n ?? from, changes: show(database, news), isOver: news.length > 0 }
      })
      from = found.cursor
      return found
    },
    isEnough: ({ isOver }) => isOver,
  })
  return { cursor, changes }
}
