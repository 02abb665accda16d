import { TwinError } from '../../errors.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'
import { selfAsHolder } from './holder.ts'
import { holdLock, type LockProtocol, renameAside } from './hold-lock.ts'
import { inspect, lockPath, notedBy } from './lock-folder.ts'
import { ifPossible } from './trouble.ts'

/**
 * The lock Claude Code takes while it writes `~/.claude.json`: an empty folder `<file>.lock` whose modification time
 * is kept fresh, as moxystudio/node-proper-lockfile does it. Older than ten seconds it counts as abandoned.
 */
const staleMs = 10_000
const waitMs = 15_000
const pauseMs = 200

const claudeLockPath = (file: ReachablePath): ReachablePath => reachable(`${file}.lock`)

/** One folder and no later one: an inode number is used again, its time of creation is not. '' where the disk does not tell. */
const instanceOf = ({ inode, born }: FileFacts): string => (inode === undefined || born === undefined ? '' : `${inode}:${born}`)

/** Looks at a lock; null where there is none, or something that is no such lock since it holds anything. */
async function lookAtLock(system: System, lock: ReachablePath): Promise<FileFacts | null> {
  const facts = await system.files.look(lock)
  return facts?.kind === 'directory' && (await system.files.list(lock)).length === 0 ? facts : null
}

export const isAbandonedClaudeLock = async (system: System, file: ReachablePath): Promise<boolean> => {
  const facts = await lookAtLock(system, claudeLockPath(file))
  return facts !== null && system.now() - facts.modifiedMs > staleMs
}

/** Removes an abandoned lock; true: it is gone. `left`: instances that count as abandoned however young they are. */
async function clearAbandoned(system: System, lock: ReachablePath, left: readonly string[] = []): Promise<boolean> {
  const found = await lookAtLock(system, lock)
  if (found === null) return (await system.files.look(lock)) === null
  if (system.now() - found.modifiedMs <= staleMs && !left.includes(instanceOf(found))) return false
  const aside = await renameAside(system, lock)
  const moved = aside === null ? null : await system.files.look(aside)
  if (aside === null || moved === null) return true
  // Between look and rename Claude Code may have replaced it: that one goes back to its owner.
  const isFound = moved.identity === found.identity
  if (!isFound) await ifPossible(system.files.rename(aside, lock, null))
  await ifPossible(system.files.removeEmptyDirectory(aside))
  return isFound
}

/** Removes the lock of `file` if nobody has refreshed it; one that is in use, or no lock, stays. */
export async function clearAbandonedClaudeLock(system: System, file: ReachablePath): Promise<void> {
  await clearAbandoned(system, claudeLockPath(file))
}

/**
 * Releases what a process of ours that was killed left of Claude Code's locks on a file. Its own lock on the file's
 * real path, released after them, tells of it, and notes which they were. A lock that it had no time to note is
 * watched until it is abandoned by age, or turns out to be in use. `names`: the file's path and its real path.
 */
export async function releaseLeftClaudeLocks(
  system: System,
  names: readonly ReachablePath[],
  real: ReachablePath,
  side: string,
  signal?: AbortSignal,
): Promise<void> {
  const own = lockPath(real)
  if ((await system.files.look(own)) === null) return
  const state = await inspect(system, own, await selfAsHolder(system, side))
  if (state.kind === 'free' || !state.stale) return
  const left = state.by !== null && state.isDead ? await notedBy(system, own, state.by) : []
  for (const name of new Set(names)) await releaseLeft(system, claudeLockPath(name), left, signal)
}

async function releaseLeft(system: System, lock: ReachablePath, left: readonly string[], signal: AbortSignal | undefined): Promise<void> {
  const first = await lookAtLock(system, lock)
  if (first === null || (left.length > 0 && !left.includes(instanceOf(first)))) return
  for (let waitedMs = 0; waitedMs <= staleMs + pauseMs; waitedMs += pauseMs) {
    signal?.throwIfAborted()
    if (await clearAbandoned(system, lock, left)) return
    const now = await lookAtLock(system, lock)
    if (now === null || now.identity !== first.identity) return
    await system.sleep(pauseMs)
  }
}

class ClaudeLock implements LockProtocol {
  readonly refreshMs = 2500
  readonly waitMs = waitMs
  readonly pauseMs = { first: 10, most: pauseMs }
  readonly atExit
  readonly lock: ReachablePath
  readonly #system: System
  /** What we made; null before that. */
  taken: FileFacts | null = null

  constructor(system: System, lock: ReachablePath) {
    this.#system = system
    this.lock = lock
    this.atExit = { paths: [lock], whileWaiting: false }
  }

  async attempt(): Promise<boolean> {
    const { files } = this.#system
    const isOurs =
      (await files.claimDirectory(this.lock)) ||
      ((await clearAbandoned(this.#system, this.lock)) && (await files.claimDirectory(this.lock)))
    if (isOurs) this.taken = await files.look(this.lock)
    return isOurs
  }

  async release(): Promise<void> {
    const found = this.taken === null ? null : await this.#system.files.look(this.lock)
    if (found !== null && found.inode === this.taken?.inode) await this.#system.files.removeEmptyDirectory(this.lock)
  }

  timedOut(): Error {
    return new TwinError('locked', `Claude Code is writing its file and has not finished for ${waitMs / 1000} s (${this.lock})`, {
      hint: 'close Claude Code, then try again',
    })
  }
}

export interface ClaudeLockOptions {
  readonly signal?: AbortSignal | undefined
  /** Called with the locks once they are taken, before the work. */
  readonly note?: (locks: readonly string[]) => Promise<void>
}

/**
 * Does `work` while Claude Code does not write `paths`: the file's path and, behind a link, its real path, since either
 * may be the one its lock is made from. Two paths of one lock (a home behind a link, a drive that ignores case) are
 * taken once, or we would wait for ourselves. Throws TwinError `locked` after 15 s.
 */
export function withClaudeLock<T>(
  system: System,
  paths: readonly ReachablePath[],
  { signal, note }: ClaudeLockOptions,
  work: () => Promise<T>,
): Promise<T> {
  const takeRest = async ([first, ...rest]: readonly ReachablePath[], held: readonly FileFacts[]): Promise<T> => {
    if (first === undefined) {
      const noted = held.map(instanceOf).filter((instance) => instance !== '')
      if (noted.length > 0) await note?.(noted)
      return work()
    }
    const lock = claudeLockPath(first)
    const inode = held.length === 0 ? undefined : (await system.files.look(lock))?.inode
    if (inode !== undefined && held.some((each) => each.inode === inode)) return takeRest(rest, held)
    const protocol = new ClaudeLock(system, lock)
    return holdLock(system, protocol, signal, () => takeRest(rest, protocol.taken === null ? held : [...held, protocol.taken]))
  }
  return takeRest([...new Set(paths)], [])
}
