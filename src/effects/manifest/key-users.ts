import { clients } from '../../catalog/clients/index.ts'
import { keysOf, keysOfAll } from '../../core/manifest/names.ts'
import { manifestName } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type NativePath, native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Trust } from '../../model/trust.ts'
import type { HomePlace } from '../machine/home.ts'
import { loadManifest } from './load.ts'
import { vetManifest } from '../store/vet.ts'
import type { ManifestPlace } from './open.ts'
import { realPlace } from '../store/trusted-place.ts'
import { readTrust } from '../store/trust.ts'

/** A project whose servers ask for keys of the store when they are started. */
export interface KeyProject {
  readonly folder: NativePath
  readonly keys: readonly string[]
}

/** Names of the servers of a manifest that ask for a key. */
export const serversWith = (manifest: Manifest, name: string): string[] =>
  Object.entries(manifest.servers).flatMap(([server, spec]) => (keysOf(spec).includes(name) ? [server] : []))

/** The projects that use keys of this home: those that were trusted and are still there, and the one that we are in. */
export async function keyProjects(
  system: System,
  { world, home, place }: { readonly world: World; readonly home: HomePlace; readonly place: ManifestPlace },
): Promise<KeyProject[]> {
  const found = new Map<string, KeyProject>()
  for (const [folder, { keys }] of Object.entries(await trusted(system, home))) {
    const here = toHere(home.environment, joinPath(home.environment, native(folder), manifestName))
    if (keys.length === 0 || here === null || (await isGone(system, here))) continue
    found.set(folder, { folder: native(folder), keys })
  }
  if (place.project !== null) {
    const keys = await keysAt(system, home.environment, place)
    const real = (await realPlace(system, world, home.environment, place.project)) ?? place.project
    if (keys.length > 0) found.set(real, { folder: place.project, keys })
  }
  return [...found.values()].sort((a, b) => (a.folder < b.folder ? -1 : 1))
}

/** A damaged record is reported by the commands that need it. */
const trusted = (system: System, home: HomePlace): Promise<Trust['projects']> =>
  unlessTold(async () => (await readTrust(system, home.here)).projects, {})

/** A project on a disk that is away, or in a folder that is closed by now, is not there. */
const isGone = (system: System, here: Parameters<System['files']['look']>[0]): Promise<boolean> =>
  system.files.look(here).then(
    (facts) => facts === null,
    () => true,
  )

/** A manifest that cannot be read is reported by the commands that work on it. */
const keysAt = (system: System, side: Environment, place: ManifestPlace): Promise<string[]> =>
  unlessTold(async () => {
    const ids = clients.map((client) => client.id)
    const loaded = await loadManifest(system, (await vetManifest(system, side, place)).manifest, place.shown, ids)
    return loaded === null ? [] : keysOfAll(loaded.manifest)
  }, [])

async function unlessTold<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TwinError) return otherwise
    throw error
  }
}
