import type { Context } from '../context.ts'
import { dirName, fromHere, joinPath, toHere } from '../core/paths.ts'
import { usageError } from '../errors.ts'
import { workingFolder } from '../effects/machine/delegate.ts'
import type { NativePath } from '../model/path.ts'
import type { Ground } from './at-home.ts'

/** The project's root: the folder of its git repository, else the working directory; never the user's home itself. */
export async function projectRoot(context: Context, ground: Ground): Promise<NativePath> {
  const side = ground.home.environment
  const start = fromHere(side, workingFolder(context.system, side))
  if (start === null) throw usageError('The working directory cannot be reached from home.', { hint: 'change into the project first' })
  let folder = start
  for (let parent = dirName(side, folder); folder !== side.home; [folder, parent] = [parent, dirName(side, parent)]) {
    const git = toHere(side, joinPath(side, folder, '.git'))
    if (git !== null && (await context.system.files.look(git)) !== null) return folder
    if (parent === folder) break
  }
  if (start === side.home) throw usageError('Your home folder cannot be a project.', { hint: 'change into a project first' })
  return start
}
