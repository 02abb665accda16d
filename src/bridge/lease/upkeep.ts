import { limits } from '../base/limits.ts'
import type { Store } from '../store/store.ts'
import type { Author } from '../store/transaction.ts'
import type { Lease } from './lease.ts'
import { checkTable, tablesIn } from '../store/check-file.ts'

export interface UpkeepOptions {
  readonly store: Store
  readonly lease: Lease
  readonly author: Author
  now(): number
  report(trouble: string): void
}

/**
 * What the holder does for the store until `lost`: soon after changes it moves the log into the file, and once a day, when nothing
 * has changed for a while, it checks the file. Its timers keep no process alive, and none runs while nothing is to be done.
 */
export function keepUp({ store, lease, author, now, report }: UpkeepOptions, lost: AbortSignal): void {
  let lastChange = now()
  let moving: NodeJS.Timeout | undefined
  let checking: NodeJS.Timeout | undefined
  const attempt = (work: () => Promise<void>) => async () => {
    if (!lost.aborted && (await lease.confirm().catch(() => false))) await work().catch((error: Error) => report(error.message))
  }
  const checkpoint = attempt(() => store.checkpoint())
  const check = attempt(async () => {
    await verify(store)
    await lease.write(store, author, (transaction) => {
      transaction.run(`INSERT OR REPLACE INTO meta (name, value) VALUES ('checked', ?)`, String(now()))
    })
  })
  const soon = () => {
    lastChange = now()
    moving ??= setTimeout(() => {
      moving = undefined
      void checkpoint()
    }, limits.storeCheckpointMs).unref()
  }
  const later = (ms: number) => {
    checking = setTimeout(() => {
      const quiet = now() - lastChange
      if (quiet < limits.storeIdleMs) later(limits.storeIdleMs - quiet)
      else void check().finally(() => !lost.aborted && later(limits.storeCheckEveryMs))
    }, ms).unref()
  }
  const stop = store.onChange(soon)
  lost.addEventListener('abort', () => {
    stop()
    clearTimeout(moving)
    clearTimeout(checking)
  })
  soon()
  void store
    .read((database) => database.get<{ value: string }>(`SELECT value FROM meta WHERE name = 'checked'`)?.value)
    .then((checked) => !lost.aborted && later(Math.max(limits.storeIdleMs, Number(checked ?? 0) + limits.storeCheckEveryMs - now())))
    .catch((error: Error) => report(error.message))
}

/** Checks the whole file, table by table, so that calls come in between. A damaged one is salvaged, which the store reports. */
export async function verify(store: Store): Promise<void> {
  for (const table of await store.read(tablesIn)) await store.read((database) => checkTable(database, table))
}
