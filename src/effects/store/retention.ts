import { join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { sweepFolder } from './leftovers.ts'
import { readIndex, runIds } from './run-index.ts'
import { ifPossible } from './trouble.ts'

export const runsMax = 30
export const bytesMax = 200_000_000

async function sizeOf(system: System, folder: ReachablePath): Promise<number> {
  let size = 0
  for (const name of await system.files.list(folder)) size += (await system.files.look(reachable(join(folder, name))))?.size ?? 0
  return size
}

/**
 * Removes the oldest runs beyond 30 and beyond 200 MB together; the newest one always stays. `except`: the
 * current run. A folder that a killed run left without an index describes no file, so it is removed too.
 */
export async function prune(system: System, folder: ReachablePath, except: string): Promise<void> {
  let runs = 0
  let bytes = 0
  for (const id of await runIds(system, folder)) {
    const run = reachable(join(folder, id))
    if (id !== except && (await readIndex(system, folder, id)) === 'absent') {
      await ifPossible(system.files.remove(run))
      continue
    }
    await sweepFolder(system, run)
    runs += 1
    bytes += await sizeOf(system, run)
    if (runs > 1 && (runs > runsMax || bytes > bytesMax)) await ifPossible(system.files.remove(run))
  }
}
