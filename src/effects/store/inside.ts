import { dirname, isAbsolute, relative, sep } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Reason } from '../../model/reason.ts'
import { trace } from '../machine/trace.ts'
import { isTrouble } from './trouble.ts'

/** A path that leads out of the folder in which it is named. */
export interface Escape {
  /** The folder of the path that is the link; null: the last part itself. */
  readonly by: ReachablePath | null
  /** The target; null: a link in a circle, or one that cannot be read. */
  readonly to: ReachablePath | null
}

/** True for the folder itself and all that lies below it; both are real paths. */
export function isWithin(folder: ReachablePath, real: ReachablePath): boolean {
  const rest = relative(folder, real)
  return rest !== '..' && !rest.startsWith(`..${sep}`) && !isAbsolute(rest)
}

/** The real path, also of what is not there yet; null where links lead in a circle or cannot be read. */
async function destination(system: System, path: ReachablePath): Promise<ReachablePath | null> {
  try {
    // The system's own answer first: it follows what only it knows (junctions, drives made by `subst`).
    return (await system.files.realPath(path)) ?? (await trace(system, path))?.real ?? null
  } catch (error) {
    if (isTrouble(error) && error.code === 'ELOOP') return null
    throw error
  }
}

/**
 * Finds out whether a path below `root` leads outside of it, itself or by one of its folders. `root` is the real path
 * when the work began: if that folder was replaced by a link since, every path in it leads outside. Null: it stays inside.
 * Throws the file system error of a folder that may not be entered.
 */
export async function escapeFrom(system: System, root: ReachablePath, path: ReachablePath): Promise<Escape | null> {
  const whole = await destination(system, path)
  let found: Escape | null = whole !== null && isWithin(root, whole) ? null : { by: null, to: whole }
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const to = await destination(system, reachable(folder))
    // The root, by whatever name.
    if (to === root) return found
    if (to === null || !isWithin(root, to)) found = { by: reachable(folder), to }
  }
  // No folder above is the root any more.
  return whole !== null && isWithin(root, whole) ? null : { by: null, to: whole }
}

/** An escape in words; `shown` is the path of the file in messages. */
export function escapeWords({ by, to }: Escape, shown: string, what = 'the project'): Reason {
  const where = to === null ? 'leads by links that cannot be followed' : `leads by a link to ${to}, outside ${what}`
  return {
    reason: by === null ? `${shown} ${where}` : `${shown} lies in ${by}, which ${where}`,
    hint: `put a ${by === null ? 'file' : 'folder'} in the place of the link, then try again`,
  }
}
