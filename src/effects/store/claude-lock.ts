import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { temporaryPath } from '../../model/temporary.ts'
import { ifPossible, isTrouble } from './trouble.ts'

/**
 * The lock Claude Code takes while it writes `~/.claude.json`: an empty folder `<file>.lock` whose modification time
 * is kept fresh, as moxystudio/node-proper-lockfile does it. Older than ten seconds it counts as abandoned.
 */
const staleMs = 10_000
const refreshMs = 2500
const waitMs = 15_000
const pauseFirstMs = 10
const pauseMostMs = 200

/** True when the folder was abandoned and is out of the way. Never removes one that holds anything: that is no lock. */
async function clearAbandoned(system: System, lock: ReachablePath): Promise<boolean> {
  const found = await system.files.look(lock)
  if (found === null) return true
  if (found.kind !== 'directory' || system.now() - found.modifiedMs <= staleMs) return false
  if ((await system.files.list(lock)).length > 0) return false
  const aside = temporaryPath(lock, system.pid, system.random(6))
  try {
    await system.files.rename(lock, aside)
  } catch (error) {
    if (isTrouble(error) && error.code === 'ENOENT') return true
    throw error
  }
  const moved = await system.files.look(aside)
  // Between look and rename the old one may have gone and a fresh one come: that one goes back to its owner.
  if (moved !== null && moved.identity !== found.identity) await ifPossible(system.files.rename(aside, lock, null))
  await ifPossible(system.files.removeEmptyDirectory(aside))
  return moved === null || moved.identity === found.identity
}

/** Takes such a lock away where nobody has refreshed it; one that is in use, or no lock, stays. */
export async function clearAbandonedClaudeLock(system: System, file: ReachablePath): Promise<void> {
  await clearAbandoned(system, reachable(`${file}.lock`))
}

async function acquire(system: System, lock: ReachablePath, signal: AbortSignal | undefined): Promise<void> {
  let waited = 0
  const began = system.now()
  for (let pauseMs = pauseFirstMs; ; pauseMs = Math.min(pauseMs * 2, pauseMostMs)) {
    signal?.throwIfAborted()
    if (await system.files.claimDirectory(lock)) return
    if ((await clearAbandoned(system, lock)) && (await system.files.claimDirectory(lock))) return
    if (waited >= waitMs) {
      throw new TwinError('locked', `Claude Code is writing its file and has not finished for ${waitMs / 1000} s (${lock})`, {
        hint: 'close Claude Code, then try again',
      })
    }
    await system.sleep(pauseMs)
    waited = Math.max(waited + pauseMs, system.now() - began)
  }
}

async function giveBack(system: System, lock: ReachablePath, inode: string | undefined): Promise<void> {
  const found = await system.files.look(lock)
  if (found !== null && found.inode === inode) await system.files.removeEmptyDirectory(lock)
}

async function withLock<T>(
  system: System,
  lock: ReachablePath,
  signal: AbortSignal | undefined,
  work: (inode: string | undefined) => Promise<T>,
): Promise<T> {
  await acquire(system, lock, signal)
  const forget = system.removeAtExit?.([lock])
  const timer = setInterval(() => void ifPossible(system.files.touch(lock)), refreshMs)
  timer.unref()
  let inode: string | undefined
  try {
    inode = (await system.files.look(lock))?.inode
    return await work(inode)
  } finally {
    clearInterval(timer)
    await ifPossible(giveBack(system, lock, inode))
    forget?.()
  }
}

/**
 * Does `work` while Claude Code keeps its hands off `paths`: the file as it is called and, behind a link, as it is
 * really called, since either name may be the one its lock is made from. Two names of one lock (a home behind a link, a
 * Windows drive that ignores case) are taken as one, or we would wait for ourselves. Throws TwinError `locked` after 15 s.
 */
export function withClaudeLock<T>(
  system: System,
  paths: readonly ReachablePath[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  return withAll(system, [...new Set(paths)], [], signal, work)
}

async function withAll<T>(
  system: System,
  [first, ...rest]: readonly ReachablePath[],
  held: readonly string[],
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T> {
  if (first === undefined) return work()
  const lock = reachable(`${first}.lock`)
  const inode = held.length === 0 ? undefined : (await system.files.look(lock))?.inode
  if (inode !== undefined && held.includes(inode)) return withAll(system, rest, held, signal, work)
  return withLock(system, lock, signal, (taken) => withAll(system, rest, taken === undefined ? held : [...held, taken], signal, work))
}
