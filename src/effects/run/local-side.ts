import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from '../machine/own-folder.ts'
import { vetOwnFolder } from '../machine/vet-own-folder.ts'
import { readCache } from '../machine/cache.ts'
import { ownSide } from '../machine/own.ts'
import { plantedWorld } from '../machine/plant.ts'

/** Where `run` stands: this side and its folder, and what is remembered of the others. */
export interface LocalSide {
  readonly world: World
  readonly self: Environment
  readonly folder: NativePath
  readonly folderHere: ReachablePath
  /** Home is here: manifest and keys are read where they are. Otherwise `launches.json` holds what this side needs. */
  readonly home: boolean
}

/**
 * Looks at this side only. A program waits for its server, so nothing is asked of another side: what an earlier run
 * remembered of it is enough to spell a path, however old it is, and a Windows server starts without waking WSL.
 */
export async function localSide(system: System): Promise<LocalSide> {
  const planted = system.variables.MCP_TWIN_WORLD
  const known = planted ? await plantedWorld(system, planted) : null
  const self = known?.environments.find((each) => each.self) ?? (await ownSide(system)).environment
  await vetOwnFolder(system, self)
  const folder = ownFolder(system, self)
  const paths = layout(self, folder)
  const [folderHere, cache, homeJson] = [toHere(self, folder), toHere(self, paths.cache), toHere(self, paths.homeJson)]
  if (folderHere === null || cache === null || homeJson === null)
    throw new TwinError('no-folder', `${folder} is not reached from here.`, { hint: 'look at MCP_TWIN_HOME' })
  const others = known === null ? ((await readCache(system, cache))?.environments ?? []) : []
  // Where both are here, the manifest counts, as it does for every other command.
  const manifest = toHere(self, paths.manifest)
  const home =
    (manifest !== null && (await system.files.look(manifest, 'follow')) !== null) || (await system.files.look(homeJson, 'follow')) === null
  return { world: known ?? { environments: [self, ...others.filter((each) => !each.self)] }, self, folder, folderHere, home }
}
