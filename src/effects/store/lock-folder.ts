import { join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { temporaryPath } from '../../model/temporary.ts'
import { type Holder, holderName, isGone, readHolder } from './holder.ts'
import { ifPossible, isTrouble } from './trouble.ts'

/** A lock that nobody refreshed for this long is abandoned, whoever held it. */
export const staleMs = 30_000

/** What stands where the lock would be. `since` tells two looks at an unchanged lock from one that is refreshed. */
export type Found =
  | { readonly kind: 'free' }
  | { readonly kind: 'held'; readonly by: Holder | null; readonly stale: boolean; readonly since: string }

const record = (holder: Holder, at: number): Uint8Array =>
  Buffer.from(`${JSON.stringify({ side: holder.side, pid: holder.pid, start: holder.start, at: new Date(at).toISOString() })}\n`)

export const holderPath = (lock: ReachablePath, holder: Holder): ReachablePath => reachable(join(lock, holderName(holder)))

/** Looks at a lock: free, or held by somebody (null: its content is none of ours), and whether it is abandoned. */
export async function inspect(system: System, lock: ReachablePath, self: Holder): Promise<Found> {
  // Names before age: whoever takes a lock over makes it young, so a name is never judged by the age it had before.
  const names = (await system.files.look(lock))?.kind === 'directory' ? await system.files.list(lock) : []
  const facts = await system.files.look(lock)
  if (facts === null) return { kind: 'free' }
  const by = names.map(readHolder).find((holder) => holder !== null) ?? null
  const old = system.now() - facts.modifiedMs > staleMs
  return { kind: 'held', by, stale: old || (by !== null && (await isGone(system, by, self))), since: facts.identity }
}

/** Puts a whole lock, its holder inside, in its place by one rename; false when another one is there already. */
export async function publish(system: System, lock: ReachablePath, self: Holder): Promise<boolean> {
  const beside = temporaryPath(lock, system.pid, system.random(6))
  if (!(await system.files.claimDirectory(beside, 0o700))) return false
  try {
    await system.files.create(holderPath(beside, self), record(self, system.now()), 0o600)
    await system.files.rename(beside, lock, null)
    return true
  } catch (error) {
    await ifPossible(system.files.remove(beside))
    // ENOENT: the holder of the lock took our half-made one for a leftover.
    if (isTrouble(error) && ['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(error.code)) return false
    throw error
  }
}

/**
 * Takes an abandoned lock over: the file that names its holder is renamed to name us. Of any number of racers one
 * finds that file; for all others it is gone (moxystudio/node-proper-lockfile#121 is the tale of doing it otherwise).
 */
export async function takeOver(system: System, lock: ReachablePath, gone: Holder, self: Holder): Promise<boolean> {
  try {
    await system.files.rename(holderPath(lock, gone), holderPath(lock, self))
  } catch (error) {
    if (isTrouble(error) && ['ENOENT', 'ENOTDIR'].includes(error.code)) return false
    throw error
  }
  await system.files.touch(lock)
  await ifPossible(system.files.replace(holderPath(lock, self), record(self, system.now()), 0o600))
  return true
}

/** Takes away what is no lock of ours and abandoned. Only under the guard that `acquire` puts around it. */
export async function clearForeign(system: System, lock: ReachablePath): Promise<void> {
  const aside = temporaryPath(lock, system.pid, system.random(6))
  try {
    await system.files.rename(lock, aside)
  } catch (error) {
    if (isTrouble(error) && error.code === 'ENOENT') return
    throw error
  }
  await ifPossible(system.files.remove(aside))
}

export const isHeld = async (system: System, lock: ReachablePath, self: Holder): Promise<boolean> =>
  (await system.files.look(holderPath(lock, self))) !== null

/** Gives a lock back, if it is still ours, by one rename: it is whole or gone at every moment. */
export async function giveBack(system: System, lock: ReachablePath, self: Holder): Promise<void> {
  if (!(await isHeld(system, lock, self))) return
  try {
    await clearForeign(system, lock)
  } catch (error) {
    if (!isTrouble(error)) throw error
    // A disk that cannot rename may still remove; a lock that stays makes everybody wait.
    await system.files.remove(lock)
  }
}
