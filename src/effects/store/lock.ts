import { dirname, join } from 'node:path'
import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { makeOwnFolder } from './folders.ts'
import { type Holder, selfAsHolder } from './holder.ts'
import { type Found, clearForeign, giveBack, holderPath, inspect, isHeld, publish, staleMs, takeOver } from './lock-folder.ts'
import { sweepBeside, sweepFolder } from './leftovers.ts'
import { ifPossible } from './trouble.ts'

const waitMsDefault = 30_000
const refreshMs = 5000
const pauseFirstMs = 5
const pauseMostMs = 50

export interface LockOptions {
  /** How long to wait for another holder. Default 30 s. */
  readonly waitMs?: number
  readonly signal?: AbortSignal | undefined
}

/** A lock in our hands. */
export interface Held {
  /** False when it was taken from us, which happens to a process that slept for longer than half a minute. */
  stillOurs(): Promise<boolean>
  /** True: somebody else held it when we came. */
  readonly waited: boolean
}

/** Somebody else holds what we need; `holder` where its lock says who. */
export class LockedError extends TwinError {
  readonly holder: Holder | null

  constructor(what: string, holder: Holder | null) {
    super('locked', `${what}: ${holder === null ? 'its lock does not say by whom' : `process ${holder.pid} on ${holder.side}`}`, {
      hint: 'wait until it has ended, then try again',
    })
    this.holder = holder
  }
}

const lockPath = (path: ReachablePath): ReachablePath => reachable(`${path}.mcp-twin-lock`)

/** One try. Something that is no lock of ours and old is cleared away under a lock on its own name, by one racer. */
async function tryOnce(system: System, lock: ReachablePath, self: Holder, found: Found): Promise<boolean> {
  if (found.kind === 'free') return publish(system, lock, self)
  if (!found.stale) return false
  if (found.by !== null) return takeOver(system, lock, found.by, self)
  await withLock(system, lockPath(lock), self.side, 'a broken lock is being cleared away', {}, async () => {
    const again = await inspect(system, lock, self)
    if (again.kind === 'held' && again.by === null && again.stale) await clearForeign(system, lock)
  })
  return false
}

/** Clocks of two sides may differ: a lock that did not move while we watched for so long is abandoned by any clock. */
function patience(): (found: Found, waitedMs: number) => Found {
  let since = ''
  let atMs = 0
  return (found, waitedMs) => {
    if (found.kind === 'free') return found
    if (found.since !== since) [since, atMs] = [found.since, waitedMs]
    return { ...found, stale: found.stale || waitedMs - atMs >= staleMs }
  }
}

/** True: it had to be waited for. */
async function acquire(system: System, lock: ReachablePath, self: Holder, what: string, options: LockOptions): Promise<boolean> {
  const waitMs = options.waitMs ?? waitMsDefault
  const began = system.now()
  const judge = patience()
  let waited = 0
  for (let pauseMs = pauseFirstMs; ; pauseMs = Math.min(pauseMs * 2, pauseMostMs)) {
    options.signal?.throwIfAborted()
    const found = judge(await inspect(system, lock, self), waited)
    if (await tryOnce(system, lock, self, found)) return waited > 0
    if (waited >= waitMs) throw new LockedError(what, found.kind === 'held' ? found.by : null)
    await system.sleep(pauseMs)
    waited = Math.max(waited + pauseMs, system.now() - began)
  }
}

/** Does `work` while holding the lock folder `lock`, refreshed all the while, given back however the work ends. */
async function withLock<T>(
  system: System,
  lock: ReachablePath,
  side: string,
  what: string,
  options: LockOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> {
  const self = await selfAsHolder(system, side)
  const forget = system.removeAtExit?.([holderPath(lock, self), lock])
  let timer: NodeJS.Timeout | undefined
  try {
    const waited = await acquire(system, lock, self, what, options)
    timer = setInterval(() => void ifPossible(system.files.touch(lock)), refreshMs)
    timer.unref()
    return await work({ waited, stillOurs: () => isHeld(system, lock, self) })
  } finally {
    clearInterval(timer)
    await ifPossible(giveBack(system, lock, self))
    forget?.()
  }
}

/**
 * Does `work` while no other mcp-twin, of either side, writes `path` (its real path): the lock stands beside it. What
 * killed runs left beside the file is cleared first. Throws LockedError, which says who holds it.
 */
export const withFileLock = <T>(
  system: System,
  path: ReachablePath,
  side: string,
  options: LockOptions,
  work: (held: Held) => Promise<T>,
): Promise<T> =>
  withLock(system, lockPath(path), side, `another mcp-twin is writing ${path}`, options, async (held) => {
    await sweepBeside(system, path)
    return work(held)
  })

/**
 * Does `work` as the one run that changes the state of the home `folder`; what killed runs left there is cleared
 * first. Throws LockedError, which says who is at work, after 30 s. Never ask a person anything in `work`.
 */
export async function withRunLock<T>(
  system: System,
  folder: ReachablePath,
  side: string,
  work: (held: Held) => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const lock = reachable(join(folder, 'locks', 'run'))
  await makeOwnFolder(system, folder)
  await makeOwnFolder(system, reachable(dirname(lock)))
  return withLock(system, lock, side, 'another mcp-twin is at work here', options, async (held) => {
    for (const swept of [folder, reachable(dirname(lock))]) await sweepFolder(system, swept)
    return work(held)
  })
}
