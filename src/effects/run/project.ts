import { layout, manifestName } from '../../core/layout.ts'
import { FETCHES, fetchesPackages, PACKAGE_INSTEAD } from '../../core/launch/project-runner.ts'
import { lookUp } from '../../core/lookup.ts'
import { projectPart } from '../../core/launch/project-manifest.ts'
import { dirName, joinPath, toHere } from '../../core/paths.ts'
import { digestsOf, sameDigests, trustCommand } from '../../core/trust/digests.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, reachable, type ReachablePath } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetManifest } from '../store/vet.ts'
import type { ManifestPlace } from '../manifest/open.ts'
import { absolute, holdsManifest, projectPlace } from '../manifest/place.ts'
import { readLock } from '../manifest/records.ts'
import { realPlace } from '../store/trusted-place.ts'
import { type ProjectSeen, type TrustState, trustState } from '../store/trust.ts'
import { clientIds, type FoundServer, resolveFrom, type LaunchSource, userManifest } from './find.ts'
import type { LocalSide } from './local-side.ts'
import { readLaunches } from '../store/own-launches.ts'

const INIT = 'in the project: mcp-twin init --project'
/** Most folders searched upwards. */
const LEVELS_MAX = 64

/** A project and its manifest. */
export interface FoundProject {
  /** The folder and the manifest as this side spells them. */
  readonly folder: NativePath
  readonly shown: NativePath
  readonly here: ReachablePath
  readonly place: ManifestPlace
}

/** Finds the project of a folder: upwards to the git root, never the user's home itself. */
export async function findProject(system: System, self: Environment, directory: string, world: World): Promise<FoundProject> {
  const start = absolute(system, self, directory, world)
  let folder = start
  for (let level = 0; level < LEVELS_MAX && folder !== self.home; level++) {
    const shown = joinPath(self, folder, manifestName)
    const [here, hereFolder] = [toHere(self, shown), toHere(self, folder)]
    if (here === null || hereFolder === null) break
    if (await holdsManifest(system, hereFolder)) return { folder, shown, here, place: await projectPlace(system, self, folder) }
    const parent = dirName(self, folder)
    if (parent === folder || (await system.files.look(reachable(`${hereFolder}/.git`))) !== null) break
    folder = parent
  }
  throw usageError(`No ${manifestName} in ${start === self.home ? '~' : start} or a folder above it.`, { hint: INIT })
}

/** Finds a server in a project's manifest. Throws unless this place, manifest and lock are trusted exactly as they are now. */
export async function findInProject(system: System, local: LocalSide, name: string, directory: string): Promise<FoundServer> {
  const { self, world } = local
  const { folder } = await findProject(system, self, directory, world)
  const place = (await realPlace(system, world, self, folder)) ?? folder
  const files = await projectPlace(system, self, place)
  const vetted = await vetManifest(system, self, files)
  const loaded = await loadManifest(system, vetted.manifest, files.shown, clientIds)
  if (loaded === null) throw usageError(`${files.shown} no longer exists.`, { hint: INIT })
  const { lock: pinned, bytes: lock } = await readLock(system, vetted.lock)
  const seen = { place, manifest: loaded.bytes, lock }
  const part = projectPart(loaded.manifest)
  const found = local.home
    ? await atHome(system, local, name, seen, { manifest: part, lock: pinned })
    : await onOtherSide(system, local, name, seen, { manifest: part, lock: pinned })
  refuseFetching(part.servers, found)
  // Relative paths in its command mean files of the project.
  const cwd = toHere(self, place)
  return cwd === null ? found : { ...found, cwd }
}

/** Refuses a command with keys that fetches packages. Checks the rendered entry, since a variable may name the program. */
function refuseFetching(servers: LaunchSource['manifest']['servers'], { server, entry, keys }: FoundServer): void {
  const launch = reveal(entry)
  const isCommand = lookUp(servers, server)?.command !== undefined
  if (keys.length === 0 || !isCommand || launch.kind === 'remote' || !fetchesPackages({ ...launch, args: [...launch.args] })) return
  throw new TwinError('not-started', `"${server}" is not started with keys: ${FETCHES}.`, {
    hint: `${PACKAGE_INSTEAD} of ${server} in the project's manifest, then: mcp-twin trust`,
  })
}

type Part = Pick<LaunchSource, 'manifest' | 'lock'>

async function atHome(system: System, local: LocalSide, name: string, seen: ProjectSeen, part: Part): Promise<FoundServer> {
  const state = await trustState(system, local.folderHere, seen)
  if (state !== 'trusted') throw untrusted(seen.place, state)
  const user = await userManifest(system, local)
  return resolveFrom(system, local, { ...part, name, keysOf: user ?? {}, origin: 'project' })
}

async function onOtherSide(system: System, local: LocalSide, name: string, seen: ProjectSeen, part: Part): Promise<FoundServer> {
  const file = toHere(local.self, layout(local.self, local.folder).launches)
  const read = file === null ? null : await readLaunches(system, file)
  const projects = read === null ? {} : reveal(read.launches).projects
  const known = Object.hasOwn(projects, seen.place) ? projects[seen.place] : undefined
  if (known === undefined) throw untrusted(seen.place, read?.holdsFormer === true ? 'former' : 'unknown')
  if (!sameDigests(known, digestsOf(seen))) throw untrusted(seen.place, 'changed')
  return resolveFrom(system, local, { ...part, name, keysOf: {}, keys: known.keys, origin: 'project' })
}

const REASONS: Readonly<Record<Exclude<TrustState, 'trusted'>, string>> = {
  unknown: 'This project has not been trusted',
  changed: 'The manifest or the lock of this project has changed since it was trusted',
  former: 'This project was trusted by an older version of mcp-twin, which did not check its place or its lock',
}

const untrusted = (place: NativePath, state: Exclude<TrustState, 'trusted'>): TwinError =>
  new TwinError('untrusted', `${REASONS[state]}: none of its servers is started.`, {
    place: { file: place },
    hint: `review it, then: ${trustCommand(place)}`,
  })
