import { homedir } from 'node:os'
import { findDrives } from '../../effects/machine/drives.ts'
import { readKernel } from '../../effects/machine/kernel.ts'
import { ownFolder } from '../../effects/machine/own-folder.ts'
import { ownFolderFaults } from '../../effects/machine/vet-own-folder.ts'
import { describeFaults } from '../../effects/machine/ownership-faults.ts'
import type { HomePlace } from '../../effects/machine/home.ts'
import { homeJsonName } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Our folder on this side, found without looking at anything; null where this process cannot reach it. */
export function ownFolderHere(system: System): ReachablePath | null {
  const rough = roughSide(system)
  return toHere(rough, ownFolder(system, rough))
}

/** Whether home is this side, or the bridge has to be started on another. */
export type BridgeHome =
  | {
      readonly kind: 'here'
      readonly folder: ReachablePath
      /** Why nothing in the folder is obeyed: others decide what it says. Null: it is the user's own. */
      readonly refused: string | null
      self(): Promise<Environment>
      /** All sides, asked for when first needed; this side alone where looking fails. */
      world(): Promise<World>
    }
  | { readonly kind: 'elsewhere'; readonly world: World; readonly home: HomePlace }

/**
 * Finds home as fast as it can be: a client waits. A side without `home.json` is home itself, and then nothing else is
 * looked at; only where it names another side, or a test planted a world, are the sides asked for. Where others decide what
 * our folder says, not even that is asked: it names a program of the other side.
 */
export async function locateHome(system: System): Promise<BridgeHome> {
  const rough = roughSide(system)
  const planted = (system.variables.MCP_TWIN_WORLD ?? '') !== ''
  const folder = toHere(rough, ownFolder(system, rough))
  const pointer = toHere(rough, joinPath(rough, ownFolder(system, rough), homeJsonName))
  const refused = planted ? null : await refusedFor(system, rough)
  if (folder === null || planted || (refused === null && pointer !== null && (await system.files.look(pointer)) !== null))
    return bySides(system)
  let self: Promise<Environment> | undefined
  let world: Promise<World> | undefined
  const known = () => {
    self ??= thisSide(system, rough)
    return self
  }
  return {
    kind: 'here',
    folder,
    refused,
    self: known,
    world() {
      world ??= known().then((side) => (refused === null ? sides(system, side) : { environments: [side] }))
      return world
    },
  }
}

/** Why our folder on a side is not obeyed, in words; null: it is. */
async function refusedFor(system: System, side: Environment): Promise<string | null> {
  const faults = await ownFolderFaults(system, side)
  return faults.length === 0 ? null : (await describeFaults(system, faults)).join('; ')
}

async function bySides(system: System): Promise<BridgeHome> {
  const { detectWorld } = await import('../../effects/machine/detect.ts')
  const { findHome } = await import('../../effects/machine/home.ts')
  const world = await detectWorld(system, { reportOnly: true })
  const own = world.environments.find((side) => side.self)
  const refused = own === undefined ? null : await refusedFor(system, own)
  const folder = own === undefined ? null : toHere(own, ownFolder(system, own))
  if (own !== undefined && refused !== null && folder !== null) {
    const alone: World = { environments: [own] }
    return { kind: 'here', folder, refused, self: () => Promise.resolve(own), world: () => Promise.resolve(alone) }
  }
  const home = await findHome(system, world)
  if (!home.isSelf) return { kind: 'elsewhere', world, home }
  const self = () => Promise.resolve(home.environment)
  return { kind: 'here', self, folder: home.here, refused: null, world: () => Promise.resolve(world) }
}

async function sides(system: System, self: Environment): Promise<World> {
  const { detectWorld } = await import('../../effects/machine/detect.ts')
  try {
    return await detectWorld(system, {})
  } catch (error) {
    if (error instanceof TwinError) return { environments: [self] }
    throw error
  }
}

const bare = { self: true, files: [], running: [] }

/** This side by what costs nothing to know: enough to find our own folder. */
function roughSide(system: System): Environment {
  const { variables, platform } = system
  const node = native(system.execPath)
  if (platform === 'win32') {
    const systemRoot = native(variables.SystemRoot ?? variables.SYSTEMROOT ?? 'C:\\Windows')
    return {
      ...bare,
      id: 'windows',
      kind: 'windows',
      user: variables.USERNAME ?? '',
      home: native(variables.USERPROFILE ?? homedir()),
      node,
      systemRoot,
    }
  }
  const kind = platform === 'darwin' ? 'macos' : 'linux'
  return { ...bare, id: kind, kind, user: variables.USER ?? variables.LOGNAME ?? '', home: native(variables.HOME || homedir()), node }
}

/** This side as far as paths need it; its programs are found out later, with the other sides. */
async function thisSide(system: System, rough: Environment): Promise<Environment> {
  if (rough.kind !== 'linux') return rough
  const kernel = await readKernel(system)
  if (kernel.wsl === null) return rough
  const { mountRoot } = await findDrives(system)
  const distro = system.variables.WSL_DISTRO_NAME
  return { ...rough, id: `wsl:${distro ?? 'unknown'}`, kind: 'wsl', mountRoot, ...(distro !== undefined && { distro }) }
}
