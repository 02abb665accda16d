import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { temporaryPath } from '../../model/temporary.ts'
import { ifPossible, isTrouble } from './trouble.ts'

/** What one kind of lock does in its own way. Waiting, refreshing and releasing are the same for all of them. */
export interface LockProtocol {
  /** The lock's folder; its modification time is kept fresh while the lock is held. */
  readonly lock: ReachablePath
  readonly refreshMs: number
  /** How long to wait for another holder. */
  readonly waitMs: number
  /** Pauses between two attempts: each is twice as long as the one before. */
  readonly pauseMs: { readonly first: number; readonly most: number }
  /** Removed in this order if the process exits. `whileWaiting`: they name this very holder, so they may go before the lock is ours. */
  readonly atExit: { readonly paths: readonly ReachablePath[]; readonly whileWaiting: boolean }
  /** Tries once; true: the lock is ours. `waitedMs`: the time since the first attempt. */
  attempt(waitedMs: number): Promise<boolean>
  /** Removes the lock if it is still ours; called even where the lock could not be taken. */
  release(): Promise<void>
  /** The error after `waitMs`. */
  timedOut(): Error
}

/** Takes the lock; true: another holder had it at first. */
async function acquire(system: System, protocol: LockProtocol, signal: AbortSignal | undefined): Promise<boolean> {
  const { waitMs, pauseMs } = protocol
  const began = system.now()
  let waitedMs = 0
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
    signal?.throwIfAborted()
    if (await protocol.attempt(waitedMs)) return waitedMs > 0
    if (waitedMs >= waitMs) throw protocol.timedOut()
    await system.sleep(pause)
    // A clock may be set back meanwhile.
    waitedMs = Math.max(waitedMs + pause, system.now() - began)
  }
}

/** Does `work` while holding a lock, which is refreshed all the while and released however the work ends. */
export async function holdLock<T>(
  system: System,
  protocol: LockProtocol,
  signal: AbortSignal | undefined,
  work: (waited: boolean) => Promise<T>,
): Promise<T> {
  const { lock, atExit, refreshMs } = protocol
  let forget = atExit.whileWaiting ? system.removeAtExit?.(atExit.paths) : undefined
  let timer: NodeJS.Timeout | undefined
  try {
    const waited = await acquire(system, protocol, signal)
    forget ??= system.removeAtExit?.(atExit.paths)
    timer = setInterval(() => void ifPossible(system.files.touch(lock)), refreshMs)
    timer.unref()
    return await work(waited)
  } finally {
    clearInterval(timer)
    await ifPossible(protocol.release())
    forget?.()
  }
}

/** Renames a lock's folder to a temporary name beside it, so that of several processes only one removes it. Null: it was not there. */
export async function renameAside(system: System, lock: ReachablePath): Promise<ReachablePath | null> {
  const aside = temporaryPath(lock, system.pid, system.random(6))
  try {
    await system.files.rename(lock, aside)
    return aside
  } catch (error) {
    if (isTrouble(error) && error.code === 'ENOENT') return null
    throw error
  }
}
