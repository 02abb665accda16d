import { ownFolder } from '../../effects/home/folder.ts'
import type { HomePlace } from '../../effects/home/find.ts'
import { homeJsonName } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Where a bridge works: home is this side, or it has to be started over there. */
export type Ground =
  | {
      readonly kind: 'here'
      readonly self: Environment
      readonly folder: ReachablePath
      /** All sides, asked for when first needed; this side alone where looking fails. */
      world(): Promise<World>
    }
  | { readonly kind: 'elsewhere'; readonly world: World; readonly home: HomePlace }

/**
 * Finds home as fast as it can be: a client waits. A side without `home.json` is home itself, and then nothing else is
 * looked at; only where it names another side, or a test planted a world, are the sides asked for.
 */
export async function findGround(system: System): Promise<Ground> {
  const self = await thisSide(system)
  const planted = system.variables.MCP_TWIN_WORLD !== undefined && system.variables.MCP_TWIN_WORLD !== ''
  const pointer = toHere(self, joinPath(self, ownFolder(system, self), homeJsonName))
  if (planted || (pointer !== null && (await system.files.look(pointer)) !== null)) return bySides(system)
  const folder = toHere(self, ownFolder(system, self))
  if (folder === null) throw new TwinError('no-home', 'The folder of mcp-twin is not reached from here.', { hint: 'mcp-twin doctor' })
  let world: Promise<World> | undefined
  return {
    kind: 'here',
    self,
    folder,
    world() {
      world ??= sides(system, self)
      return world
    },
  }
}

async function bySides(system: System): Promise<Ground> {
  const { detectWorld } = await import('../../effects/world/detect.ts')
  const { findHome } = await import('../../effects/home/find.ts')
  const world = await detectWorld(system, {})
  const home = await findHome(system, world)
  if (!home.isSelf) return { kind: 'elsewhere', world, home }
  return { kind: 'here', self: home.environment, folder: home.here, world: () => Promise.resolve(world) }
}

async function sides(system: System, self: Environment): Promise<World> {
  const { detectWorld } = await import('../../effects/world/detect.ts')
  try {
    return await detectWorld(system, {})
  } catch (error) {
    if (error instanceof TwinError) return { environments: [self] }
    throw error
  }
}

const bare = { self: true, files: [], running: [] }

/** This side as far as paths need it; its programs are found out later, with the other sides. */
async function thisSide(system: System): Promise<Environment> {
  const { variables, platform } = system
  const node = native(system.execPath)
  if (platform === 'win32') {
    const home = native(variables.USERPROFILE ?? '')
    const systemRoot = native(variables.SystemRoot ?? variables.SYSTEMROOT ?? 'C:\\Windows')
    return { ...bare, id: 'windows', kind: 'windows', user: variables.USERNAME ?? '', home, node, systemRoot }
  }
  const { homedir, userInfo } = await import('node:os')
  const rest = { ...bare, user: variables.USER ?? variables.LOGNAME ?? userInfo().username, home: native(variables.HOME ?? homedir()), node }
  if (platform === 'darwin') return { ...rest, id: 'macos', kind: 'macos' }
  const { readKernel } = await import('../../effects/world/kernel.ts')
  const kernel = await readKernel(system)
  if (kernel.wsl === null) return { ...rest, id: 'linux', kind: 'linux' }
  const { findDrives } = await import('../../effects/world/drives.ts')
  const { mountRoot } = await findDrives(system)
  const distro = variables.WSL_DISTRO_NAME
  return { ...rest, id: `wsl:${distro ?? 'unknown'}`, kind: 'wsl', mountRoot, ...(distro !== undefined && { distro }) }
}
