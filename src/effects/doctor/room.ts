import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { SideFacts } from '../../core/doctor/facts.ts'
import { toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import { isTrouble } from '../store/trouble.ts'

/** What is free on the disk of a folder that need not be there yet; null where that cannot be told from here. */
export async function observeRoom(environment: Environment, folder: NativePath | null): Promise<SideFacts['room']> {
  const here = folder === null ? null : toHere(environment, folder)
  if (folder === null || here === null) return null
  for (let at: string = here; ; at = dirname(at)) {
    try {
      const { bavail, bsize, files, ffree } = await statfs(at)
      return { path: folder, free: bavail * bsize, files: files === 0 ? null : ffree }
    } catch (error) {
      if (!isTrouble(error)) throw error
      if (error.code !== 'ENOENT' || at === dirname(at)) return null
    }
  }
}
