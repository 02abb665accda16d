import type { Imported } from '../../core/import/merge.ts'
import { lookUp } from '../../core/lookup.ts'
import type { ObservedFile } from '../../core/plan/plan.ts'
import { recordOf, withRecord } from '../../core/plan/records.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import { editManifest, type ManifestChange } from './edit-manifest.ts'
import type { Situation } from '../manifest/open.ts'
import type { Edited } from './sync.ts'

/** An entry that is ours from now on, as it stands. */
export type Taken = Imported['taken'][number]

/** What a run puts into the manifest. */
export interface Additions {
  readonly changes: readonly ManifestChange[]
  readonly taken: readonly Taken[]
  readonly brought: ReadonlyMap<string, Secret>
}

/** The state in which entries that were taken over are ours as they stand, so that the plan writes them in our form. */
export function withTaken(state: State, files: readonly ObservedFile[], taken: readonly Taken[]): State {
  return taken.reduce((next, { environment, client, file: known, name, server, digest }) => {
    const file = known ?? files.find((each) => each.environment.id === environment && each.client.id === client)?.file
    if (file === undefined) return next
    const place = { environment, client, file }
    const record = recordOf(next, place)
    return withRecord(next, place, { ...record, entries: { ...record.entries, [name]: { server, digest } } })
  }, state)
}

/** The manifest with the additions, and everything that follows from them. */
export function compose(situation: Situation, files: readonly ObservedFile[], { changes, taken, brought }: Additions): Edited {
  const edited = editManifest(situation, changes)
  return { ...edited, situation: { ...edited.situation, state: withTaken(situation.state, files, taken), brought } }
}

/** Changes that put servers into the manifest which it does not have yet. */
export const serverChanges = (manifest: Manifest, servers: Readonly<Record<string, ServerSpec>>): ManifestChange[] =>
  Object.entries(servers)
    .filter(([name]) => lookUp(manifest.servers, name) === undefined)
    .map(([name, server]) => ({ kind: 'set', path: ['servers', name], value: JSON.parse(JSON.stringify(server)) }))
