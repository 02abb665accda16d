import type { World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { isTrouble } from '../store/trouble.ts'
import type { HomePlace } from '../machine/home.ts'
import { ownFolder } from '../machine/own-folder.ts'
import { keyedProjects, launchesOn, projectsOn, shareProjects } from '../run/launches.ts'
import { usersOwn } from '../manifest/open.ts'
import { forgetTrust, type ProjectSeen, recordTrust, type TrustAbout } from '../store/trust.ts'

/** Home and the other sides. */
export interface TrustContext {
  readonly home: HomePlace
  readonly world: World
}

/** The result of a change of trust. The next sync updates sides that could not be reached. */
export interface TrustOutcome {
  readonly changed: boolean
  readonly unreached: readonly string[]
}

/** Records trust in a project at home, and writes what `run` needs for it on the other sides. */
export async function grantTrust(system: System, trust: TrustContext, seen: ProjectSeen, about: TrustAbout): Promise<TrustOutcome> {
  const { home } = trust
  const changed = await recordTrust(system, home.here, seen, about, home.environment.id)
  return { changed, unreached: await updateSides(system, trust) }
}

/** Revokes trust in these places on every side. */
export async function revokeTrust(system: System, trust: TrustContext, places: readonly string[]): Promise<TrustOutcome> {
  const { home } = trust
  const gone = await forgetTrust(system, home.here, places, home.environment.id)
  return { changed: gone.length > 0, unreached: await updateSides(system, trust) }
}

/** Writes the trusted projects on every other side; returns the sides that could not be written. */
async function updateSides(system: System, { home, world }: TrustContext): Promise<string[]> {
  const others = world.environments.filter((side) => side.id !== home.environment.id)
  if (others.length === 0) return []
  const projects = await keyedProjects(system, home.here, await usersOwn(system, home))
  const unreached: string[] = []
  for (const side of others) {
    const place = launchesOn(side, ownFolder(system, side))
    try {
      if (place !== null && !(await shareProjects(system, place, projectsOn(world, home.environment, side, projects))))
        unreached.push(side.id)
    } catch (error) {
      if (!isTrouble(error)) throw error
      unreached.push(side.id)
    }
  }
  return unreached
}
