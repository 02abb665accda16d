import { basename, dirname, join } from 'node:path'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import type { Situation } from '../manifest/open.ts'
import { clearAbandonedClaudeLock, releaseLeftClaudeLocks } from '../store/claude-lock.ts'
import { selfAsHolder } from '../store/holder.ts'
import { sweepFolder } from '../store/leftovers.ts'
import { inspect, lockPath } from '../store/lock-folder.ts'
import { LockedError, withFileLock } from '../store/lock.ts'
import { findPlace } from '../store/place.ts'
import { prune } from '../store/retention.ts'
import { ifPossible, isTrouble } from '../store/trouble.ts'
import { tidy } from './tidy.ts'
import { reachable, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readTemporaryName } from '../../model/temporary.ts'

/**
 * Returns whether a run on this home was killed: its lock, or a part of one, is left without a running process. A lock of a
 * running process does not count.
 */
export async function wasInterrupted(system: System, { home, self }: Situation): Promise<boolean> {
  const locks = reachable(join(home.here, 'locks'))
  const names = (await system.files.look(locks)) === null ? [] : await system.files.list(locks)
  const isPiece = (name: string): boolean => {
    const made = readTemporaryName(name)
    return made?.base === 'run' && !system.isAlive(made.pid)
  }
  if (names.some(isPiece)) return true
  if (!names.includes('run')) return false
  const found = await inspect(system, reachable(join(locks, 'run')), await selfAsHolder(system, self.id))
  return found.kind === 'held' && found.stale
}

/** Returns whether a killed process has left its lock beside a client file, even if another command has taken its run lock since. */
export async function leftLocks(system: System, { self }: Situation, files: PlanInput['files']): Promise<boolean> {
  const isLeft = async ({ environment, file }: PlanInput['files'][number]): Promise<boolean> => {
    const here = toHere(environment, file)
    if (here === null) return false
    try {
      const lock = lockPath((await system.files.realPath(here)) ?? here)
      if ((await system.files.look(lock)) === null) return false
      const state = await inspect(system, lock, await selfAsHolder(system, self.id))
      return state.kind === 'held' && state.stale
    } catch (error) {
      // A loop of links or a closed folder: the plan refuses that file with its reason.
      if (isTrouble(error)) return false
      throw error
    }
  }
  // A file that cannot be looked at is refused by its own step; it must not end the run.
  return (await Promise.all(files.map((each) => ifPossible(isLeft(each))))).includes(true)
}

/** Removes locks and temporary files of killed runs beside every client file and in our folders. Call only with the run lock held. */
export async function recover(system: System, situation: Situation, input: PlanInput, signal: AbortSignal): Promise<void> {
  const side = situation.self.id
  // Before the folders: our own lock beside a file tells that this one of Claude Code's was ours.
  for (const { environment, client, file, scope } of input.files) {
    const here = client.ownLock === undefined || scope !== 'user' ? null : toHere(environment, file)
    if (here === null) continue
    const real = (await ifPossible(system.files.realPath(here))) ?? here
    await ifPossible(releaseLeftClaudeLocks(system, [here, real], real, side, signal))
    for (const path of new Set([here, real])) await ifPossible(clearAbandonedClaudeLock(system, path))
  }
  for (const folder of await foldersOf(system, situation, input)) await ifPossible(clear(system, folder, side))
  await ifPossible(prune(system, reachable(join(situation.home.here, 'backups')), ''))
  await tidy(system, input, situation)
}

/** Returns the folders in which a run writes: those of the clients' real files, and ours on every side. */
async function foldersOf(system: System, { place, self }: Situation, input: PlanInput): Promise<Set<ReachablePath>> {
  const folders = new Set<ReachablePath>([reachable(dirname(place.here))])
  for (const { environment, file, scope } of input.files) {
    const here = toHere(environment, file)
    const within = scope === 'project' ? place.root : null
    const placed = here === null ? null : await findPlace(system, { here, shown: file, side: self.id, links: 'follow', within })
    if (placed?.ok) folders.add(reachable(dirname(placed.place.real)))
  }
  for (const side of input.world.environments) {
    const folder = input.render.folders(side.id)
    if (folder === null) continue
    const { app, bin, locks } = layout(side, folder)
    for (const each of [folder, app, bin, locks]) {
      const here = toHere(side, each)
      if (here !== null) folders.add(here)
    }
  }
  return folders
}

async function clear(system: System, folder: ReachablePath, side: string): Promise<void> {
  if ((await system.files.look(folder, 'follow'))?.kind !== 'directory') return
  const suffix = '.mcp-twin-lock'
  for (const name of await system.files.list(folder)) {
    if (!name.endsWith(suffix)) continue
    const file = reachable(join(folder, basename(name, suffix)))
    try {
      // Takes an abandoned lock, removes temporary files beside its file, and releases it.
      await withFileLock(system, file, side, { waitMs: 0 }, async () => {})
    } catch (error) {
      if (!(error instanceof LockedError)) throw error
    }
  }
  await sweepFolder(system, folder)
}
