import { layout } from '../../core/layout.ts'
import { canRun } from '../../core/participants.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'
import { prunePackages, pruneSelf } from '../packages/prune.ts'
import { reach, type Situation } from '../manifest/open.ts'
import { jsonOrNull } from '../../core/formats/json/loose.ts'
import { TwinError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { type LockedPackage, lockSchema } from '../../model/lock.ts'
import type { HomePlace } from '../machine/home.ts'
import { readTrust } from '../store/trust.ts'

/**
 * Removes package folders and older copies of this program that are neither named nor running. What this run has replaced is
 * kept: a client may have started it a moment ago, and asks for it again before it reads its new config.
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

const lockName = 'mcp-twin.lock.json'

/**
 * Returns the packages pinned by trusted projects: no entry names them, but `run` needs them. A lock that cannot be read is
 * skipped, since `run` installs what is missing.
 */
export async function trustedPackages(system: System, { environment, here }: HomePlace): Promise<LockedPackage[]> {
  const found = await orNone(async () => {
    const places = Object.keys((await readTrust(system, here)).projects)
    return Promise.all(places.map((place) => orNone(() => pinnedIn(system, environment, place))))
  })
  return found.flat()
}

async function pinnedIn(system: System, environment: Environment, place: string): Promise<LockedPackage[]> {
  const lock = toHere(environment, joinPath(environment, native(place), lockName))
  const bytes = lock === null ? null : await system.files.read(lock)
  const parsed = lockSchema.safeParse(jsonOrNull(Buffer.from(bytes ?? []).toString('utf8')))
  return parsed.success ? Object.values(parsed.data.packages) : []
}

async function orNone<T>(work: () => Promise<T[]>): Promise<T[]> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TwinError || isTrouble(error)) return []
    throw error
  }
}
