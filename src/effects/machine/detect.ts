import { layout } from '../../core/layout.ts'
import { fromHere, isWindows, toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from './own-folder.ts'
import { ownFolderFaults, vetOwnFolder } from './vet-own-folder.ts'
import { interopEntry } from './interop.ts'
import type { DetectOptions, SideLook } from './options.ts'
import { ownSide, type OwnSide } from './own.ts'
import { homeDistro, wantedDistros } from './wanted-distros.ts'
import { windowsSide } from './windows-side.ts'
import { type Door, findDoor, goneWsl, hungWsl, listDistros, runningDistros, wslSide } from './wsl-side.ts'
import { TwinError } from '../../errors.ts'
import { reachable } from '../../model/path.ts'

/**
 * Refuses to work as one user on the home of another, as under `sudo` that keeps HOME: every file would end up with an owner
 * whom the programs that read it cannot overrule. Root with root's own home is fine.
 */
export async function refuseForeignHome(system: System): Promise<void> {
  const { SUDO_USER, DOAS_USER, PKEXEC_UID, HOME } = system.variables
  const caller = SUDO_USER || DOAS_USER || PKEXEC_UID
  if (!caller || !HOME || system.uid === undefined) return
  const owner = (await system.files.look(reachable(HOME), 'follow'))?.uid
  if (owner === undefined || owner === system.uid) return
  throw new TwinError(
    'sudo',
    `${HOME} belongs to another user than the one this runs as: it was started by sudo or the like (for ${caller}).`,
    {
      hint: 'run it again without sudo; it needs no rights beyond your own',
    },
  )
}

export type { DetectOptions } from './options.ts'

/** The world with what this process already lets cross. */
const withWslenv = (system: System, world: World): World =>
  system.variables.WSLENV ? { ...world, wslenv: system.variables.WSLENV } : world

/**
 * Where programs run on this machine: the own side, looked at anew each time without starting anything, and the sides it
 * can reach, asked for once and then remembered in `cache.json`. Throws when HOME belongs to another user, or when others
 * decide what our folder says: what was remembered there names programs that are started.
 */
export async function detectWorld(system: System, options: DetectOptions = {}): Promise<World> {
  await refuseForeignHome(system)
  const planted = system.variables.MCP_TWIN_WORLD
  if (planted) {
    const world = await (await import('./plant.ts')).plantedWorld(system, planted)
    for (const side of world.environments) if (side.self) await mayUse(system, side, options)
    return withWslenv(system, world)
  }
  const own = await ownSide(system)
  const isUsed = await mayUse(system, own.environment, options)
  const others = own.environment.kind === 'windows' || own.environment.kind === 'wsl' ? await otherSides(system, own, options, isUsed) : []
  return withWslenv(system, { environments: [own.environment, ...others] })
}

/** What the other sides depend on, as one text: kernel and what it starts, user, node and the question itself. */
async function keyOf(system: System, { environment, kernel }: OwnSide, distros: readonly string[]): Promise<string> {
  const { id, user, home, node, mountRoot, kind } = environment
  const interop =
    kind === 'wsl' ? await interopEntry(system) : isWindows(environment) && (await findDoor(system, environment, undefined)) !== null
  return JSON.stringify([kernel?.release, id, user, home, node, mountRoot, interop, distros])
}

/** May our folder on this side be used? Where it may not, that is an error, unless it is to be passed over. */
async function mayUse(system: System, own: Environment, { reportOnly }: DetectOptions): Promise<boolean> {
  if (reportOnly === true) return (await ownFolderFaults(system, own)).length === 0
  await vetOwnFolder(system, own)
  return true
}

async function otherSides(system: System, own: OwnSide, options: DetectOptions, isUsed: boolean): Promise<readonly Environment[]> {
  const { environment } = own
  const distros = await wantedDistros(system, environment, options, isUsed)
  const folder = isUsed ? (options.folder ?? toHere(environment, ownFolder(system, environment))) : null
  const native = folder === null ? null : fromHere(environment, folder)
  const file = native === null ? null : toHere(environment, layout(environment, native).cache)
  const { readCache, stillHolds, writeCache } = await import('./cache.ts')
  const cache = file === null ? null : await readCache(system, file)
  const key = await keyOf(system, own, distros)
  const ownDoor = options.letsSleep === true && isWindows(environment) ? await findDoor(system, environment, undefined) : null
  const awake = ownDoor === null ? null : await awakeBy(system, environment, ownDoor, options)
  // A look at the node of a distribution would start it, too.
  const isAwake =
    awake === null || cache === null || cache.environments.every(({ distro }) => distro === undefined || awake.has(distro.toLowerCase()))
  if (cache && isAwake && !options.refresh && (await stillHolds(system, cache, key))) return cache.environments
  const looking: SideLook = {
    ...(options.onProgress && { onProgress: options.onProgress }),
    signal: options.signal,
    ...(cache && { earlier: cache.environments }),
    ...(awake && { awake }),
  }
  const found = isWindows(environment)
    ? await seenFromWindows(system, environment, distros, looking)
    : await seenFromWsl(system, own, distros, looking, options)
  // What was not looked at is not remembered.
  if (file !== null && folder !== null && !found.some(({ asleep }) => asleep)) await writeCache(system, file, folder, key, found)
  return found
}

/** The distributions that may be entered without starting any: those that run, and home's. */
async function awakeBy(system: System, own: Environment, door: Door, { signal }: DetectOptions): Promise<ReadonlySet<string>> {
  const home = await homeDistro(system, own)
  return new Set([...(await runningDistros(system, door, signal)), ...home.map((name) => name.toLowerCase())])
}

async function seenFromWsl(
  system: System,
  own: OwnSide,
  distros: readonly string[],
  looking: SideLook,
  options: DetectOptions,
): Promise<readonly Environment[]> {
  if (own.drives === null) return []
  const windows = await windowsSide(system, own.environment, own.drives, looking)
  const others = distros.filter((name) => name.toLowerCase() !== own.environment.distro?.toLowerCase())
  const door = others.length === 0 || windows.exec === undefined ? null : await findDoor(system, own.environment, windows)
  if (door === null) return [windows]
  const found: Environment[] = [windows]
  const entering = options.letsSleep === true ? { ...looking, awake: await awakeBy(system, own.environment, door, options) } : looking
  for (const name of others) {
    const side = await wslSide(system, own.environment, door, name, entering)
    const hint = 'on Windows, which reaches both: mcp-twin init --home windows'
    found.push({ ...side, trouble: side.trouble ?? { reason: `the files of ${name} cannot be reached from another distribution`, hint } })
  }
  return found
}

async function seenFromWindows(
  system: System,
  own: Environment,
  distros: readonly string[],
  looking: SideLook,
): Promise<readonly Environment[]> {
  const door = await findDoor(system, own, undefined)
  if (door === null) return goneWsl(distros, looking)
  let names = distros
  if (names.length === 0) {
    looking.onProgress?.('Asking WSL for its distributions')
    const list = await listDistros(system, door, looking)
    if ('why' in list) return list.hung ? hungWsl(list.why, looking) : goneWsl([], looking)
    names = list.names.slice(0, 1)
  }
  const found: Environment[] = []
  for (const name of names) found.push(await wslSide(system, own, door, name, looking))
  return found
}
