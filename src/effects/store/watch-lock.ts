import { dirname, join } from 'node:path'
import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type HeldLock, LockedError, withFileLock } from './lock.ts'

const waitMs = 200

/** What the lock stands for; the lock itself is a folder beside it. */
export const watchGuard = (home: ReachablePath): ReachablePath => reachable(join(home, 'locks', 'watch'))

/** Does `work` as the one watcher of a home. Throws when there is one already, and says which process it is. */
export async function withWatchLock<T>(
  system: System,
  home: ReachablePath,
  side: string,
  work: (held: HeldLock) => Promise<T>,
): Promise<T> {
  const guard = watchGuard(home)
  await system.files.makeDirectory(home, 0o700)
  await system.files.makeDirectory(reachable(dirname(guard)), 0o700)
  let isOurs = false
  try {
    return await withFileLock(system, guard, side, { waitMs }, (held) => {
      isOurs = true
      return work(held)
    })
  } catch (error) {
    if (isOurs || !(error instanceof LockedError)) throw error
    const who = error.holder === null ? '' : ` (process ${error.holder.pid} on ${error.holder.side})`
    throw new TwinError('watching', `This home is being watched already${who}; one watcher is enough for it.`, {
      hint: error.holder === null ? 'end the other one first' : `end it first: kill ${error.holder.pid}`,
      cause: error,
    })
  }
}
