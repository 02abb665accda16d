import { fromHere, joinPath, onDrive, readPath, toHere, translate } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from './trouble.ts'

/**
 * The one name of a folder on its side: links followed, files of a distribution under their usual host, and on a Windows
 * drive the letters that its names have there. Null: it is not there, or not reached from here.
 */
export async function realPlace(system: System, world: World, side: Environment, folder: NativePath): Promise<NativePath | null> {
  const here = toHere(side, folder)
  const real = here === null ? null : await system.files.realPath(here)
  const spelled = real === null ? null : fromHere(side, real)
  if (spelled === null) return null
  const placed = readPath(spelled, world, side)
  const own = placed === null || placed.environment.id === side.id ? null : translate(world, placed.path, placed.environment, side)
  return inLettersOfDisk(system, side, own ?? spelled)
}

/** Linux follows a Windows drive's names in any letters, and answers as it was asked; Windows itself tells the right ones. */
async function inLettersOfDisk(system: System, side: Environment, path: NativePath): Promise<NativePath> {
  const drive = onDrive(side, path)
  if (drive === null) return path
  const parts = path.split('/').filter((part) => part !== '')
  let done = joinPath(side, '/', ...parts.slice(0, parts.length - drive.names.length))
  for (const name of drive.names) {
    const here = toHere(side, done)
    const names = here === null ? [] : await namesIn(system, here)
    const alike = names.filter((each) => each.toLowerCase() === name.toLowerCase())
    done = joinPath(side, done, names.includes(name) || alike.length !== 1 ? name : (alike[0] ?? name))
  }
  return done
}

/** A folder that may be passed through need not be one that may be listed. */
async function namesIn(system: System, folder: ReachablePath): Promise<string[]> {
  try {
    return await system.files.list(folder)
  } catch (error) {
    if (isTrouble(error)) return []
    throw error
  }
}
