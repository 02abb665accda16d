import { dirname } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ifPossible } from './trouble.ts'

/** Makes the folder of a file, for its owner only. Returns how many folders were made. */
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

/** Makes a folder of ours, and closes an existing one to others: it holds keys and backups. */
export async function makeOwnFolder(system: System, folder: ReachablePath): Promise<void> {
  await system.files.makeDirectory(folder, 0o700)
  const facts = system.platform === 'win32' ? null : await system.files.look(folder, 'follow')
  if (facts === null || facts.uid !== system.uid || (facts.mode & 0o077) === 0) return
  await ifPossible(system.files.setMode(folder, facts.mode & 0o7700))
}

/** Removes at most `count` empty folders above a file, nearest first. */
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
