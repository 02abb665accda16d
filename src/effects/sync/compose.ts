import { importFound } from '../../core/import/from-files.ts'
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
import { fileOfFlag } from '../manifest/named-file.ts'
import { targetsFor } from '../manifest/targets.ts'
import type { System } from '../../model/system.ts'
import type { SyncOptions } from './options.ts'
import { prepare } from './prepare.ts'
import type { Edited } from './plan-run.ts'

/** An existing entry that is managed from now on. */
export type AdoptedEntry = Imported['adopted'][number]

/** What a run adds to the manifest. */
export interface Additions {
  readonly changes: readonly ManifestChange[]
  readonly adopted: readonly AdoptedEntry[]
  readonly brought: ReadonlyMap<string, Secret>
}

/** Returns the state with adopted entries recorded as ours with their present content, so that the plan writes them in our form. */
export function withAdopted(state: State, files: readonly ObservedFile[], adopted: readonly AdoptedEntry[]): State {
  return adopted.reduce((next, { environment, client, file: known, name, server, digest }) => {
    const file = known ?? files.find((each) => each.environment.id === environment && each.client.id === client)?.file
    if (file === undefined) return next
    const place = { environment, client, file }
    const record = recordOf(next, place)
    return withRecord(next, place, { ...record, entries: { ...record.entries, [name]: { server, digest } } })
  }, state)
}

/** Returns the situation and the manifest's bytes with the additions. */
export function compose(situation: Situation, files: readonly ObservedFile[], { changes, adopted, brought }: Additions): Edited {
  const edited = editManifest(situation, changes)
  return { ...edited, situation: { ...edited.situation, state: withAdopted(situation.state, files, adopted), brought } }
}

/** Returns the changes that add the servers that the manifest does not have yet. */
export const serverChanges = (manifest: Manifest, servers: Readonly<Record<string, ServerSpec>>): ManifestChange[] =>
  Object.entries(servers)
    .filter(([name]) => lookUp(manifest.servers, name) === undefined)
    .map(([name, server]) => ({ kind: 'set', path: ['servers', name], value: JSON.parse(JSON.stringify(server)) }))

/** Returns whether `--desktop-config` names a stale copy: one that Claude Desktop is known not to read. */
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
 * Adds the servers that only the stale copy has to the manifest, and so to the file that is read. The copy is not changed; its
 * entries of servers in the manifest are ignored. Null: it has no others.
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
  // Its entries are not recorded as ours, since we do not write the copy.
  return compose(situation, copies, { changes, adopted: [], brought })
}
