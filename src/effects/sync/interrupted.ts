import { join } from 'node:path'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readTemporaryName } from '../../model/temporary.ts'
import { selfAsHolder } from '../store/holder.ts'
import { inspect } from '../store/lock-folder.ts'
import type { Situation } from '../manifest/open.ts'

/**
 * True when a run on this home was killed: the lock it held is still there, with nobody behind it, or a piece of it. A
 * run that is at work holds it too, and is none of our business.
 */
export async function wasInterrupted(system: System, { home, self }: Situation): Promise<boolean> {
  const locks = reachable(join(home.here, 'locks'))
  const names = (await system.files.look(locks)) === null ? [] : await system.files.list(locks)
  const isPiece = (name: string): boolean => {
    const made = readTemporaryName(name)
    return made?.base === 'run' && !system.isAlive(made.pid)
  }
  if (names.some(isPiece)) return true
  if (!names.includes('run')) return false
  const found = await inspect(system, reachable(join(locks, 'run')), await selfAsHolder(system, self.id))
  return found.kind === 'held' && found.stale
}
