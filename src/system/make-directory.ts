import { mkdir, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { codeOf } from './trouble.ts'

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  )

/**
 * `mkdir -p`. Not Node's own, which takes a refusal that is called ENOENT for a folder above that is missing: below /proc it
 * tries for ever, and for a full disk or a spent quota it says ENOENT instead of the cause (nodejs/node, MKDirpSync).
 */
export async function makeDirectory(path: string, mode?: number): Promise<void> {
  const make = () => mkdir(path, mode === undefined ? {} : { mode })
  try {
    await make()
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') {
      if (await isFolder(path)) return
      throw error
    }
    const above = dirname(path)
    if (above === path || (await isFolder(above))) throw error
    await makeDirectory(above, mode)
    // Another process may make it at the same time.
    await make().catch(async (again: unknown) => {
      if (!(await isFolder(path))) throw again
    })
  }
}
