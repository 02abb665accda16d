import type { World } from '../../model/environment.ts'
import type { HomePlace } from '../home/find.ts'
import { ownFolder } from '../home/folder.ts'
import { launchesOn, projectKeys, shareProjects } from '../run/launches.ts'
import { usersOwn } from '../situation/open.ts'
import { type ProjectManifest, trustProject } from './trust.ts'
import type { System } from '../../model/system.ts'

/** Home, and the sides that are to know of it. */
export interface Place {
  readonly home: HomePlace
  readonly world: World
}

/** Records trust in a project's manifest at home, and tells the other sides with what their `run` needs for it. */
export async function grantTrust(
  system: System,
  { home, world }: Place,
  manifest: ProjectManifest,
  keys: readonly string[],
): Promise<boolean> {
  const changed = await trustProject(system, home.here, manifest, keys, home.environment.id)
  const projects = await projectKeys(system, home.here, await usersOwn(system, home))
  for (const side of world.environments) {
    if (side.id === home.environment.id) continue
    const folder = ownFolder(system, side)
    const place = launchesOn(side, folder)
    if (place !== null) await shareProjects(system, place, projects)
  }
  return changed
}
