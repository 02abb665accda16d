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

/** This side and its folder, and what earlier runs recorded of the others. */
export interface LocalSide {
  readonly world: World
  readonly self: Environment
  readonly folder: NativePath
  readonly folderHere: ReachablePath
  /** This side is home and has manifest and keys. Otherwise `launches.json` has what this side needs. */
  readonly home: boolean
}

/**
 * Detects this side only: a client waits for its server, so no other side is contacted. What an earlier run recorded of the
 * others suffices to spell paths, and a Windows server starts without starting WSL.
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
    throw new TwinError('no-folder', `${folder} cannot be reached from here.`, { hint: 'check MCP_TWIN_HOME' })
  const others = known === null ? ((await readCache(system, cache))?.environments ?? []) : []
  // With both a manifest and a home.json, the manifest decides, as for every other command.
  const manifest = toHere(self, paths.manifest)
  const home =
    (manifest !== null && (await system.files.look(manifest, 'follow')) !== null) || (await system.files.look(homeJson, 'follow')) === null
  return { world: known ?? { environments: [self, ...others.filter((each) => !each.self)] }, self, folder, folderHere, home }
}
