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
 * The folder that a person would open so that a path outside of the allowed ones can be used: the top of its repository, else the
 * folder itself, or the one that a file lies in. '' where that would be a whole home or disk, or is not merely outside.
 * `isOutside`: whether a path is closed for no other reason.
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
