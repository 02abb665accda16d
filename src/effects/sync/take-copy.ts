import { samePath } from '../../core/paths.ts'
import { compose, serverChanges } from './compose.ts'
import { importFound } from './import.ts'
import { fileOfFlag } from '../manifest/named-file.ts'
import type { Situation } from '../manifest/open.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { System } from '../../model/system.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { Edited } from './start.ts'

/** Does `--desktop-config` name a copy that its program does not read, where it is known which file it does read? */
export async function namesCopy(system: System, situation: Situation, options: SyncOptions): Promise<boolean> {
  const { desktopConfig, ...others } = options
  if (desktopConfig === undefined || situation.place.project !== null) return false
  const targets = await targetsFor(system, situation, others)
  return targets.some(({ environment, located }) => {
    const named = fileOfFlag(system, desktopConfig, environment, situation)
    return located?.stale.some(({ file }) => samePath(environment, file, named)) === true
  })
}

/**
 * Takes servers that only that copy has into the manifest, and so into the file that is read. The copy stays as it is, and what it
 * says of servers that the manifest knows is out of date. Null: it has no other ones.
 */
export async function takeFromCopy(system: System, situation: Situation, options: SyncOptions): Promise<Edited | null> {
  const { input } = await prepare(system, situation, { ...options, force: false, prune: false, resolve: false })
  const copies = input.files.filter(({ client }) => client.locator !== undefined)
  const known = new Set(Object.keys(situation.manifest.servers))
  const imported = importFound(situation, { ...input, files: copies }, { from: [], everywhere: new Set(), without: known })
  const changes = serverChanges(situation.manifest, imported.servers)
  if (changes.length === 0) return null
  const brought = new Map(imported.secrets.map(({ name, value }) => [name, value]))
  for (const key of brought.values()) options.hide(key)
  // Nothing of it is recorded as ours: what is not written is not ours.
  return compose(situation, copies, { changes, taken: [], brought })
}
