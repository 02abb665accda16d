import { clients } from '../../catalog/clients/index.ts'
import { checkedLock } from '../../core/manifest/locked.ts'
import { toHere } from '../../core/paths.ts'
import { usageError } from '../../errors.ts'
import type { World } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import { describeFaults } from '../machine/ownership-faults.ts'
import { loadManifest } from '../manifest/load.ts'
import { absolute, projectPlace } from '../manifest/place.ts'
import { readLock } from '../manifest/records.ts'
import { lookAtManifest } from '../store/vet.ts'

/** What an export says, read once: what is shown of it is what is used of it. */
export interface ReadExport {
  /** Its folder, as home spells it. */
  readonly shown: NativePath
  readonly manifest: Manifest
  readonly lock: Lock
  /** Other users who can change its files, in words. */
  readonly others: readonly string[]
}

/**
 * Reads manifest and lock of an export. Throws where the folder has no manifest, where one of
 * them is not valid, or where it leads out of the folder by a link.
 */
export async function readExport(system: System, world: World, { environment }: HomePlace, dir: string): Promise<ReadExport> {
  const shown = absolute(system, environment, dir, world)
  const folder = toHere(environment, shown)
  if (folder === null) throw usageError(`${dir} cannot be reached from this side.`, { hint: 'give a path of this side' })
  const facts = await system.files.look(folder, 'follow')
  if (facts?.kind !== 'directory')
    throw usageError(facts === null ? `No such folder: ${dir}.` : `${dir} is not a folder.`, {
      hint: 'give the folder of an export; to make one: mcp-twin export FOLDER',
    })
  const place = await projectPlace(system, environment, shown)
  const { faults, ...vetted } = await lookAtManifest(system, environment, place)
  const ids = clients.map((client) => client.id)
  const loaded = await loadManifest(system, vetted.manifest, place.shown, ids)
  if (loaded === null)
    throw usageError(`No export in ${dir}: there is no mcp-twin.json.`, { hint: 'on the other computer: mcp-twin export DIR' })
  const { lock } = await readLock(system, vetted.lock)
  return {
    shown,
    manifest: loaded.manifest,
    lock: checkedLock(lock, loaded.manifest),
    others: faults.length === 0 ? [] : await describeFaults(system, faults),
  }
}
