import { layout } from '../../core/layout.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readOn } from './installed.ts'
import { reach, sweep } from './leftovers.ts'
import { type Pruned, removeUnused } from './prune.ts'
import { isId, ownPackage } from './self-package.ts'

/** A process that is just starting has read `current` but not announced itself yet; it never takes this long. */
const settledMs = 60_000

/**
 * Removes versions of the program that `app/current` no longer names and no process uses. The launcher announces each of
 * its processes by a file `.use/<pid>` in its version's folder: on no system does a command line tell which version runs.
 */
export async function pruneSelf(system: System, world: World, environment: Environment, folder: NativePath): Promise<Pruned> {
  const { app, current } = layout(environment, folder)
  await sweep(system, environment, app)
  const named = (await readOn(system, environment, current))?.trim()
  const changed = await system.files.look(reach(environment, current))
  if (named === undefined || changed === null || Math.abs(system.now() - changed.modifiedMs) < settledMs) return { removed: [], busy: [] }
  const { id } = await ownPackage(system)
  const names = (await system.files.list(reach(environment, app))).filter((name) => isId(name) && name !== named && name !== id)
  return removeUnused(system, world, environment, app, names)
}
