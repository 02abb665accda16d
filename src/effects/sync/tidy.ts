import type { PlanInput } from '../../core/plan/plan.ts'
import { canRun } from '../../core/participants.ts'
import { toHere } from '../../core/paths.ts'
import type { Lock } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import { prunePackages } from '../packages/prune.ts'
import { pruneSelf } from '../self/prune.ts'

/**
 * Removes package folders and older copies of this program that nothing names and nobody runs. What this very run made
 * superfluous stays: a client may have started it a moment ago, and asks for it again before it reads its new config.
 */
export async function tidy(system: System, input: PlanInput, before: Lock): Promise<void> {
  const wanted = [...Object.values(before.packages), ...Object.values(input.render.lock.packages)]
  const named = input.files.flatMap((file) => (file.bytes === null ? [] : [new TextDecoder().decode(file.bytes)]))
  for (const side of input.world.environments) {
    const folder = input.render.folders(side.id)
    // Another distribution's programs may be in reach while its files are not.
    if (folder === null || !canRun(side) || toHere(side, folder) === null) continue
    await prunePackages(system, input.render.world, side, folder, wanted, named)
    await pruneSelf(system, input.render.world, side, folder)
  }
}
