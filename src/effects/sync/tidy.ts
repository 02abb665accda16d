import { layout } from '../../core/layout.ts'
import { canRun } from '../../core/participants.ts'
import { toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'
import { prunePackages } from '../packages/prune.ts'
import { pruneSelf } from '../packages/self-prune.ts'
import { reach, type Situation } from '../manifest/open.ts'
import { trustedPackages } from './trusted-packages.ts'

/**
 * Removes package folders and older copies of this program that nothing names and nobody runs. What this very run made
 * superfluous stays: a client may have started it a moment ago, and asks for it again before it reads its new config.
 * Packages are the user's own manifest's: a run with a project's manifest, or with one named for once, does not know what they are for.
 */
export async function tidy(system: System, input: PlanInput, { home, place, lock, state }: Situation): Promise<void> {
  const isOwn = place.project === null && place.here === reach(home, layout(home.environment, home.folder).manifest)
  const wanted = [...Object.values(lock.packages), ...Object.values(input.render.lock.packages), ...(await trustedPackages(system, home))]
  const seen = input.files.flatMap((file) => (file.bytes === null ? [] : [new TextDecoder().decode(file.bytes)]))
  seen.push(JSON.stringify(input.manifest))
  const recorded = isOwn ? await otherFiles(system, input, state) : null
  for (const side of input.world.environments) {
    const folder = input.render.folders(side.id)
    // Another distribution's programs may be in reach while its files are not.
    if (folder === null || !canRun(side) || toHere(side, folder) === null) continue
    if (recorded !== null) await prunePackages(system, input.render.world, side, folder, wanted, [...seen, ...recorded])
    await pruneSelf(system, input.render.world, side, folder)
  }
}

/** The text of every file with entries of ours that this run did not look at; null where one cannot be read, so that nobody knows what it names. */
async function otherFiles(system: System, input: PlanInput, state: Situation['state']): Promise<string[] | null> {
  const texts: string[] = []
  for (const [id, clients] of Object.entries(state.files)) {
    const side = input.world.environments.find((each) => each.id === id)
    for (const [client, files] of Object.entries(clients))
      for (const file of Object.keys(files)) {
        if (input.files.some((each) => each.environment.id === id && each.client.id === client && each.file === file)) continue
        const here = side === undefined ? null : toHere(side, native(file))
        if (here === null) return null
        try {
          const bytes = await system.files.read(here)
          if (bytes !== null) texts.push(new TextDecoder().decode(bytes))
        } catch (error) {
          if (!isTrouble(error)) throw error
          return null
        }
      }
  }
  return texts
}
