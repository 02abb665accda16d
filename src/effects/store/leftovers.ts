import { basename, dirname, join } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readTemporaryName } from '../../model/temporary.ts'
import { ifPossible } from './trouble.ts'

/** No write of ours takes this long, so an older temporary file is abandoned even if its process id lives again. */
const abandonedMs = 10 * 60_000

async function isAbandoned(system: System, path: ReachablePath, pid: number): Promise<boolean> {
  if (pid !== system.pid && !system.isAlive(pid)) return true
  const facts = await system.files.look(path)
  return facts !== null && system.now() - facts.modifiedMs > abandonedMs
}

/** Removes what killed runs left in a folder: only temporary names of ours, and only of processes that have ended. */
export async function sweepFolder(system: System, folder: ReachablePath): Promise<void> {
  for (const name of await system.files.list(folder)) {
    const made = readTemporaryName(name)
    const path = reachable(join(folder, name))
    if (made !== null && (await isAbandoned(system, path, made.pid))) await ifPossible(system.files.remove(path))
  }
}

/**
 * Removes what killed runs left beside one file. Only for the holder of its lock: no other process may be writing, so a
 * name with our own process id is of an earlier process with that id (usual in containers).
 */
export async function sweepBeside(system: System, file: ReachablePath): Promise<void> {
  const base = basename(file)
  for (const name of await system.files.list(reachable(dirname(file)))) {
    const made = readTemporaryName(name)
    if (made === null || (made.base !== base && made.base !== `${base}.mcp-twin-lock`)) continue
    const path = reachable(join(dirname(file), name))
    if (made.pid === system.pid || (await isAbandoned(system, path, made.pid))) await ifPossible(system.files.remove(path))
  }
}
