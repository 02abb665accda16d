import type { Imported } from '../../core/import/merge.ts'
import { lookUp } from '../../core/lookup.ts'
import type { ObservedFile } from '../../core/plan/plan.ts'
import { recordOf, withRecord } from '../../core/plan/records.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import { editManifest, type ManifestChange } from './edit-manifest.ts'
import type { Situation } from '../manifest/open.ts'
import { samePath } from '../../core/paths.ts'
import { importFound } from './import.ts'
import { fileOfFlag } from '../manifest/named-file.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { System } from '../../model/system.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { Edited } from './start.ts'

/** An entry that is ours from now on, as it stands. */
export type AdoptedEntry = Imported['adopted'][number]

/** What a run puts into the manifest. */
export interface Additions {
  readonly changes: readonly ManifestChange[]
  readonly adopted: readonly AdoptedEntry[]
  readonly brought: ReadonlyMap<string, Secret>
}

/** The state in which entries that were taken over are ours as they stand, so that the plan writes them in our form. */
export function withAdopted(state: State, files: readonly ObservedFile[], adopted: readonly AdoptedEntry[]): State {
  return adopted.reduce((next, { environment, client, file: known, name, server, digest }) => {
    const file = known ?? files.find((each) => each.environment.id === environment && each.client.id === client)?.file
    if (file === undefined) return next
    const place = { environment, client, file }
    const record = recordOf(next, place)
    return withRecord(next, place, { ...record, entries: { ...record.entries, [name]: { server, digest } } })
  }, state)
}

/** The manifest with the additions, and everything that follows from them. */
export function compose(situation: Situation, files: readonly ObservedFile[], { changes, adopted, brought }: Additions): Edited {
  const edited = editManifest(situation, changes)
  return { ...edited, situation: { ...edited.situation, state: withAdopted(situation.state, files, adopted), brought } }
}

/** Changes that put servers into the manifest which it does not have yet. */
export const serverChanges = (manifest: Manifest, servers: Readonly<Record<string, ServerSpec>>): ManifestChange[] =>
  Object.entries(servers)
    .filter(([name]) => lookUp(manifest.servers, name) === undefined)
    .map(([name, server]) => ({ kind: 'set', path: ['servers', name], value: JSON.parse(JSON.stringify(server)) }))

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
  return compose(situation, copies, { changes, adopted: [], brought })
}
