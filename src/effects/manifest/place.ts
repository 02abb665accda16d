import { layout, manifestName } from '../../core/layout.ts'
import { baseName, dirName, fromHere, joinPath, looksPosixPath, looksWindowsPath, readPath, toHere, translate } from '../../core/paths.ts'
import { usageError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isFolderGone, workingFolder } from '../machine/delegate.ts'
import type { HomePlace } from '../machine/home.ts'
import { type ManifestPlace, reach } from './open.ts'

export type { ManifestPlace }

/** Folders are searched upwards this many levels at most. */
const LEVELS_MAX = 64

export interface PlaceOptions {
  readonly manifest?: string
  readonly user?: boolean
}

/** `x/mcp-twin.json` → `x/mcp-twin.lock.json`. */
export const lockBeside = (environment: Environment, manifest: NativePath): NativePath =>
  joinPath(environment, dirName(environment, manifest), `${baseName(environment, manifest).replace(/\.jsonc?$/i, '')}.lock.json`)

/** Which manifest a command uses: the one it names, the project's it is typed in, or the user's. */
export async function findManifest(system: System, world: World, home: HomePlace, options: PlaceOptions): Promise<ManifestPlace> {
  const self = world.environments.find((each) => each.self) ?? home.environment
  // It is unknown whether it was in a project; commands that need none go on.
  if (isFolderGone(system) && options.user !== true && options.manifest === undefined) return { ...userPlace(home), isLost: true }
  const project = options.user === true || isFolderGone(system) ? null : await projectFolder(system, self, home)
  if (options.manifest === undefined) return project === null ? userPlace(home) : projectPlace(system, self, project)
  const shown = absolute(system, self, options.manifest, world)
  if (project !== null && shown === joinPath(self, project, manifestName)) return projectPlace(system, self, project)
  const here = toHere(self, shown)
  const lockHere = toHere(self, lockBeside(self, shown))
  if (here === null || lockHere === null)
    throw usageError(`${options.manifest} is not reached from here.`, { hint: 'give a path of this side' })
  return { scope: 'user', here, shown, lockHere, project: null, root: null }
}

/** The place of the manifest of the user. */
export function userPlace(home: HomePlace): ManifestPlace {
  const paths = layout(home.environment, home.folder)
  const [here, lockHere] = [reach(home, paths.manifest), reach(home, paths.lock)]
  return { scope: 'user', here, shown: paths.manifest, lockHere, project: null, root: null }
}

/** The place of a project's manifest, whether it is there yet or not. */
export async function projectPlace(system: System, self: Environment, project: NativePath): Promise<ManifestPlace> {
  const shown = joinPath(self, project, manifestName)
  const [here, lockHere, folder] = [shown, lockBeside(self, shown), project].map((path) => toHere(self, path))
  if (!here || !lockHere || !folder) throw usageError(`${project} is not reached from here.`, { hint: 'change into the project first' })
  return { scope: 'project', here, shown, lockHere, project, root: (await system.files.realPath(folder)) ?? folder }
}

/**
 * A path from the command line as this side spells it: absolute in either spelling (`C:\x` and `/mnt/c/x` are one where the
 * world is known), or relative to the folder it was typed in.
 */
export function absolute(system: System, self: Environment, path: string, world?: World): NativePath {
  const placed = world && (looksWindowsPath(path) || looksPosixPath(path)) ? readPath(path, world, self) : null
  const own = world && placed && placed.environment.id !== self.id ? translate(world, placed.path, placed.environment, self) : null
  if (own !== null && own !== undefined) return own
  if (/^([A-Za-z]:[\\/]|[\\/])/.test(path)) return native(path)
  const cwd = fromHere(self, workingFolder(system, self)) ?? native(system.cwd)
  return joinPath(self, cwd, ...path.split(/[\\/]/).filter((part) => part !== '' && part !== '.'))
}

async function isOneOf(system: System, self: Environment, folder: ReachablePath, others: readonly (NativePath | null)[]): Promise<boolean> {
  const real = await system.files.realPath(folder)
  for (const other of others) {
    const here = other === null ? null : toHere(self, other)
    if (here !== null && (await system.files.look(here)) !== null && (await system.files.realPath(here)) === real) return true
  }
  return false
}

/** True if there is a manifest, or a link: what it leads to is checked when it is read. */
export async function holdsManifest(system: System, folder: ReachablePath): Promise<boolean> {
  const kind = (await system.files.look(reachable(`${folder}/${manifestName}`)))?.kind
  return kind === 'file' || kind === 'link'
}

/** The folder of the project that the working directory is in: upwards to the git root, never the user's home itself. */
async function projectFolder(system: System, self: Environment, home: HomePlace): Promise<NativePath | null> {
  let folder = fromHere(self, workingFolder(system, self))
  const own = home.isSelf ? home.folder : null
  for (let level = 0; folder !== null && level < LEVELS_MAX; level++) {
    if (folder === self.home || folder === own) return null
    const here = toHere(self, folder)
    if (here !== null && (await holdsManifest(system, here)))
      // The working directory has no links in it, but home may be reached by one.
      return (await isOneOf(system, self, here, [self.home, own])) ? null : folder
    if (here !== null && (await system.files.look(reachable(`${here}/.git`))) !== null) return null
    const parent = dirName(self, folder)
    if (parent === folder) return null
    folder = parent
  }
  return null
}
