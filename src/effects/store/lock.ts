import { dirname, join } from 'node:path'
import { TwinError } from '../../errors.ts'
import { reachable, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { makeOwnFolder } from './folders.ts'
import { type LockHolder, selfAsHolder } from './holder.ts'
import { holdLock, type LockProtocol } from './hold-lock.ts'
import {
  heldSince,
  holderPath,
  inspect,
  isHeld,
  lockPath,
  type LockState,
  noteClaudeLocks,
  publish,
  release,
  removeLock,
  staleMs,
  takeOver,
} from './lock-folder.ts'
import { sweepBeside, sweepFolder } from './leftovers.ts'

export interface LockOptions {
  /** How long to wait for another holder. Default 30 s. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

/** A lock that this process holds. */
export interface HeldLock {
  /** False when it was taken from us, which happens to a process that slept for longer than half a minute. */
  stillOurs(): Promise<boolean>
  /** True: another process held it at first. */
  readonly waited: boolean
  /** Notes the locks of Claude Code that were taken under it. */
  noteClaudeLocks(locks: readonly string[]): Promise<void>
}

/** Another process holds the lock; `holder` where the lock names it. */
export class LockedError extends TwinError {
  readonly holder: LockHolder | null

  constructor(what: string, holder: LockHolder | null) {
    super('locked', `${what}: ${holder === null ? 'its lock does not say by whom' : `process ${holder.pid} on ${holder.side}`}`, {
      hint: 'wait until it has ended, then try again',
    })
    this.holder = holder
  }
}

/** A folder with one file in it, which names the holder. */
class OwnLock implements LockProtocol {
  readonly refreshMs = 5000
  readonly waitMs: number
  readonly pauseMs = { first: 5, most: 50 }
  readonly atExit
  readonly lock: ReachablePath
  readonly #system: System
  readonly #self: LockHolder
  readonly #what: string
  #state: LockState = { kind: 'free' }
  #unchangedSince = { identity: '', atMs: 0 }

  constructor(system: System, lock: ReachablePath, self: LockHolder, what: string, waitMs: number) {
    this.#system = system
    this.lock = lock
    this.#self = self
    this.#what = what
    this.waitMs = waitMs
    this.atExit = { paths: [holderPath(lock, self), lock], whileWaiting: true }
  }

  async attempt(waitedMs: number): Promise<boolean> {
    this.#state = await inspect(this.#system, this.lock, this.#self)
    if (this.#state.kind === 'free') return publish(this.#system, this.lock, this.#self)
    if (!this.#state.stale && !this.#isUnchanged(this.#state.identity, waitedMs)) return false
    if (this.#state.by !== null) return takeOver(this.#system, this.lock, this.#state.by, this.#self)
    await this.#clearBroken()
    return false
  }

  /** Clocks of two sides may differ: a lock that nobody refreshed while we watched is abandoned by any clock. */
  #isUnchanged(identity: string, waitedMs: number): boolean {
    if (this.#unchangedSince.identity !== identity) this.#unchangedSince = { identity, atMs: waitedMs }
    return waitedMs - this.#unchangedSince.atMs >= staleMs
  }

  /** Removes an old file or folder in the lock's place. A lock on its own name lets one process do it. */
  async #clearBroken(): Promise<void> {
    await withLock(this.#system, lockPath(this.lock), this.#self.side, 'a broken lock is being removed', {}, async () => {
      const again = await inspect(this.#system, this.lock, this.#self)
      if (again.kind === 'held' && again.by === null && again.stale) await removeLock(this.#system, this.lock)
    })
  }

  release(): Promise<void> {
    return release(this.#system, this.lock, this.#self)
  }

  timedOut(): Error {
    return new LockedError(this.#what, this.#state.kind === 'held' ? this.#state.by : null)
  }
}

async function withLock<T>(
  system: System,
  lock: ReachablePath,
  side: string,
  what: string,
  { waitMs = 30_000, signal }: LockOptions,
  work: (held: HeldLock) => Promise<T>,
): Promise<T> {
  const self = await selfAsHolder(system, side)
  return holdLock(system, new OwnLock(system, lock, self, what, waitMs), signal, (waited) =>
    work({
      waited,
      stillOurs: () => isHeld(system, lock, self),
      noteClaudeLocks: (locks) => noteClaudeLocks(system, lock, self, locks),
    }),
  )
}

/**
 * Does `work` while no other mcp-twin, of either side, writes `path` (its real path). What killed runs left beside the
 * file is removed first. Throws LockedError, which says who holds it.
 */
export const withFileLock = <T>(
  system: System,
  path: ReachablePath,
  side: string,
  options: LockOptions,
  work: (held: HeldLock) => Promise<T>,
): Promise<T> =>
  withLock(system, lockPath(path), side, `another mcp-twin is writing ${path}`, options, async (held) => {
    await sweepBeside(system, path)
    return work(held)
  })

const runLock = (folder: ReachablePath): ReachablePath => reachable(join(folder, 'locks', 'run'))

/**
 * Does `work` as the one run that changes the state of the home `folder`; what killed runs left there is removed
 * first. Throws LockedError, which says who is running, after 30 s. Never ask a person anything in `work`.
 */
export async function withRunLock<T>(
  system: System,
  folder: ReachablePath,
  side: string,
  work: (held: HeldLock) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = runLock(folder)
  await makeOwnFolder(system, folder)
  await makeOwnFolder(system, reachable(dirname(lock)))
  return withLock(system, lock, side, 'another mcp-twin is running on this home', options, async (held) => {
    for (const swept of [folder, reachable(dirname(lock))]) await sweepFolder(system, swept)
    return work(held)
  })
}

/** Who runs on the home `folder` at this moment, and since when; null: nobody, or nobody who says so. */
export async function whoRuns(
  system: System,
  folder: ReachablePath,
  side: string,
): Promise<(Pick<LockHolder, 'pid' | 'side'> & { readonly since: string | null }) | null> {
  const lock = runLock(folder)
  const state = await inspect(system, lock, await selfAsHolder(system, side))
  if (state.kind === 'free' || state.by === null || state.stale) return null
  return { pid: state.by.pid, side: state.by.side, since: await heldSince(system, lock, state.by) }
}

const waitMs = 200

/** The path that the watch lock guards; the lock itself is a folder beside it. */
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
    throw new TwinError('watching', `This home is already being watched${who}.`, {
      hint: error.holder === null ? 'end the other one first' : `end it first: kill ${error.holder.pid}`,
      cause: error,
    })
  }
}
