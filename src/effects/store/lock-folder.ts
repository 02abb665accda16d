import { join } from 'node:path'
import { member, texts } from '../../core/object.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { temporaryPath } from '../../model/temporary.ts'
import { type LockHolder, holderName, hasHolderEnded, readHolder } from './holder.ts'
import { renameAside } from './hold-lock.ts'
import { ifPossible, isTrouble } from './trouble.ts'

/** A lock that nobody refreshed for this long is abandoned, whoever held it. */
export const staleMs = 30_000

/** Our lock on a file, beside its real path. */
export const lockPath = (path: ReachablePath): ReachablePath => reachable(`${path}.mcp-twin-lock`)

export type LockState =
  | { readonly kind: 'free' }
  | {
      readonly kind: 'held'
      /** Null: its content is none of ours. */
      readonly by: LockHolder | null
      readonly stale: boolean
      /** The holder's process has surely ended; false where that is unknown from here. */
      readonly isDead: boolean
      /** Changes with every refresh. */
      readonly identity: string
    }

export const holderPath = (lock: ReachablePath, holder: LockHolder): ReachablePath => reachable(join(lock, holderName(holder)))

/** What the file of a holder says, for people; `claudeLocks` also for the next holder. */
function record({ side, pid, start }: LockHolder, at: number, claudeLocks: readonly string[] = []): Uint8Array {
  const noted = claudeLocks.length === 0 ? {} : { claudeLocks }
  return Buffer.from(`${JSON.stringify({ side, pid, start, at: new Date(at).toISOString(), ...noted })}\n`)
}

/** Notes the locks of Claude Code that we took under our lock, for whoever finds it after we were killed. */
export async function noteClaudeLocks(
  system: System,
  lock: ReachablePath,
  self: LockHolder,
  claudeLocks: readonly string[],
): Promise<void> {
  if (await isHeld(system, lock, self))
    await ifPossible(system.files.replace(holderPath(lock, self), record(self, system.now(), claudeLocks), 0o600))
}

/** What the file of a holder says; null: it is gone, or half written by a process that was killed. */
async function recordOf(system: System, lock: ReachablePath, holder: LockHolder): Promise<unknown> {
  const bytes = await system.files.read(holderPath(lock, holder))
  try {
    return JSON.parse(Buffer.from(bytes ?? '').toString('utf8'))
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}

/** The locks that a holder has noted. */
export const notedBy = async (system: System, lock: ReachablePath, holder: LockHolder): Promise<readonly string[]> =>
  texts(member(await recordOf(system, lock, holder), 'claudeLocks'))

/** When a holder took its lock, as an ISO date; null: its file does not say. */
export async function heldSince(system: System, lock: ReachablePath, holder: LockHolder): Promise<string | null> {
  const at = member(await recordOf(system, lock, holder), 'at')
  return typeof at === 'string' ? at : null
}

/** Looks at a lock: whether it is held, by whom, and whether it is abandoned. */
export async function inspect(system: System, lock: ReachablePath, self: LockHolder): Promise<LockState> {
  // Names before age: a takeover makes the lock young, so a name must never be judged by the age the lock had before.
  const names = (await system.files.look(lock))?.kind === 'directory' ? await system.files.list(lock) : []
  const facts = await system.files.look(lock)
  if (facts === null) return { kind: 'free' }
  const by = names.map(readHolder).find((holder) => holder !== null) ?? null
  const isDead = by !== null && (await hasHolderEnded(system, by, self))
  const isOld = system.now() - facts.modifiedMs > staleMs
  return { kind: 'held', by, stale: isOld || isDead, isDead, identity: facts.identity }
}

/** Puts a whole lock, its holder inside, in its place by one rename; false when another one is there already. */
export async function publish(system: System, lock: ReachablePath, self: LockHolder): Promise<boolean> {
  const beside = temporaryPath(lock, system.pid, system.random(6))
  if (!(await system.files.claimDirectory(beside, 0o700))) return false
  try {
    await system.files.create(holderPath(beside, self), record(self, system.now()), 0o600)
    await system.files.rename(beside, lock, null)
    return true
  } catch (error) {
    await ifPossible(system.files.remove(beside))
    // ENOENT: the holder of the lock removed our temporary folder as a leftover.
    if (isTrouble(error) && ['EEXIST', 'ENOTEMPTY', 'ENOENT'].includes(error.code)) return false
    throw error
  }
}

/**
 * Takes an abandoned lock over: the file that names its holder is renamed to name us. Of several processes only one
 * finds that file (moxystudio/node-proper-lockfile#121 describes the race without it).
 */
export async function takeOver(system: System, lock: ReachablePath, dead: LockHolder, self: LockHolder): Promise<boolean> {
  try {
    await system.files.rename(holderPath(lock, dead), holderPath(lock, self))
  } catch (error) {
    if (isTrouble(error) && ['ENOENT', 'ENOTDIR'].includes(error.code)) return false
    throw error
  }
  await system.files.touch(lock)
  await ifPossible(system.files.replace(holderPath(lock, self), record(self, system.now()), 0o600))
  return true
}

/** Removes a lock whole. Only for its holder, or under another lock where it has none. */
export async function removeLock(system: System, lock: ReachablePath): Promise<void> {
  const aside = await renameAside(system, lock)
  if (aside !== null) await ifPossible(system.files.remove(aside))
}

export const isHeld = async (system: System, lock: ReachablePath, self: LockHolder): Promise<boolean> =>
  (await system.files.look(holderPath(lock, self))) !== null

/** Releases a lock, if it is still ours, by one rename: it is whole or gone at every moment. */
export async function release(system: System, lock: ReachablePath, self: LockHolder): Promise<void> {
  if (!(await isHeld(system, lock, self))) return
  try {
    await removeLock(system, lock)
  } catch (error) {
    if (!isTrouble(error)) throw error
    // A disk that cannot rename may still remove; a lock that stays makes everybody wait.
    await system.files.remove(lock)
  }
}
