import { manifestDigest } from '../../core/manifest/digest.ts'
import { dirName, joinPath, toHere } from '../../core/paths.ts'
import { layout, manifestName } from '../../core/layout.ts'
import { TwinError, usageError } from '../../errors.ts'
import { clients } from '../../catalog/clients/index.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type NativePath, reachable, type ReachablePath } from '../../model/path.ts'
import { reveal } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetManifest } from '../ownership/vet.ts'
import { absolute, holdsManifest, projectPlace } from '../situation/place.ts'
import type { ManifestPlace } from '../situation/open.ts'
import { loadLock } from '../situation/records.ts'
import { isTrusted } from '../trust/trust.ts'
import { type FoundServer, resolveFrom, userManifest } from './find.ts'
import type { RunGround } from './ground.ts'
import { readLaunches } from './own-launches.ts'

/** Folders are searched upwards this many levels at most. */
const LEVELS_MAX = 64

/** A project's manifest as it was found. */
export interface FoundProject {
  /** The project's folder and its manifest, as this side spells them. */
  readonly folder: NativePath
  readonly shown: NativePath
  readonly here: ReachablePath
  readonly place: ManifestPlace
}

/** The manifest of the project that a folder is in: upwards to the git root, never the user's home itself. */
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
  throw usageError(`There is no ${manifestName} in ${start} or above it.`, { hint: 'mcp-twin init --project, in the project' })
}

/** A project's own settings count only as far as they say what its servers are (`bridge`, `secrets`, `prefix` are the user's). */
export const projectPart = ({ version, servers, launch }: Manifest): Manifest => ({
  version,
  servers: Object.fromEntries(Object.entries(servers).map(([name, { on: _on, runIn: _runIn, ...server }]) => [name, server])),
  ...(launch === undefined ? {} : { launch }),
})

/** Finds a server in a project's manifest, which must have been trusted exactly as it is now. */
export async function findInProject(system: System, ground: RunGround, name: string, directory: string): Promise<FoundServer> {
  const project = await findProject(system, ground.self, directory, ground.world)
  const vetted = await vetManifest(system, ground.self, project.place)
  const loaded = await loadManifest(
    system,
    vetted.manifest,
    project.shown,
    clients.map((client) => client.id),
  )
  if (loaded === null) throw usageError(`${project.shown} has gone.`, { hint: 'mcp-twin init --project' })
  const source = { shown: project.shown, bytes: loaded.bytes }
  const lock = await loadLock(system, vetted.lock)
  const part = projectPart(loaded.manifest)
  if (ground.home) {
    if (!(await isTrusted(system, ground.folderHere, source))) throw untrusted(project)
    const user = await userManifest(system, ground)
    return resolveFrom(system, ground, { manifest: part, lock, name, keysOf: user ?? {}, origin: 'project' })
  }
  const file = toHere(ground.self, layout(ground.self, ground.folder).launches)
  const read = file === null ? null : await readLaunches(system, file)
  const trusted = read === null ? undefined : reveal(read).projects[manifestDigest(loaded.bytes)]
  if (trusted === undefined) throw untrusted(project)
  return resolveFrom(system, ground, { manifest: part, lock, name, keysOf: {}, keys: trusted.keys, origin: 'project' })
}

const untrusted = ({ shown, folder }: FoundProject): TwinError =>
  new TwinError('untrusted', `${shown} has not been trusted, or has changed since: nothing of it is started.`, {
    place: { file: shown },
    hint: `look at it, then: mcp-twin trust ${folder}`,
  })
