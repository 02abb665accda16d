import { dirname } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ifPossible } from './trouble.ts'

/** Makes the folder of a file, for its owner only, and answers how many folders that took. */
export async function makeFolders(system: System, file: ReachablePath): Promise<number> {
  let missing = 0
  let folder = dirname(file)
  while (folder !== dirname(folder) && (await system.files.look(reachable(folder), 'follow')) === null) {
    missing += 1
    folder = dirname(folder)
  }
  await system.files.makeDirectory(reachable(dirname(file)), 0o700)
  return missing
}

/** Removes at most `count` folders above a file, from the nearest on, as far as they are empty. */
export async function removeFolders(system: System, file: ReachablePath, count: number): Promise<void> {
  let folder = reachable(dirname(file))
  for (let left = count; left > 0; left--) {
    let gone = false
    await ifPossible(
      system.files.removeEmptyDirectory(folder).then((removed) => {
        gone = removed
      }),
    )
    if (!gone) return
    folder = reachable(dirname(folder))
  }
}
