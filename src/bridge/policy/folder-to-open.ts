import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Sides } from '../base/settings.ts'
import { folding } from './spelling.ts'
import { within } from './region.ts'

const kindAt = async (path: string): Promise<'folder' | 'file' | null> =>
  stat(path).then(
    (facts) => (facts.isDirectory() ? 'folder' : 'file'),
    () => null,
  )

/**
 * The folder to open for a path outside the allowed ones: the top of its repository, else the folder itself, or the file's folder.
 * '' for a whole home or disk, and for a path that is closed by more than its place. `isOutside`: its place alone closes a path.
 */
export async function folderToOpen(
  real: string,
  sides: Sides,
  homes: readonly string[],
  isOutside: (path: string) => boolean,
): Promise<string> {
  const fold = folding(sides)
  const fits = (folder: string): boolean =>
    folder !== dirname(folder) && !homes.some((home) => within(home, folder, fold)) && isOutside(folder)
  let folder = real
  while ((await kindAt(folder)) !== 'folder' && folder !== dirname(folder)) folder = dirname(folder)
  for (let at = folder; fits(at); at = dirname(at)) if ((await kindAt(join(at, '.git'))) !== null) return at
  return fits(folder) ? folder : ''
}
