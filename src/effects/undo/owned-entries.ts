import { clientName } from '../../core/launch/render.ts'
import { type PlainEntry, plainEntry } from '../../core/launch/plain.ts'
import { belongs } from '../../core/launch/side.ts'
import { lookUp } from '../../core/lookup.ts'
import type { FileName } from '../../core/plan/records.ts'
import { isShared } from '../../core/plan/sharing.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath } from '../../model/path.ts'
import { Secret } from '../../model/secret.ts'
import type { FileState } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { folderOn, type HomePlace } from '../machine/home.ts'
import type { OriginalFile, OwnedEntries } from './client-entries.ts'
import { EntryReader } from './former.ts'
import type { KnownHome } from './known.ts'
import { names } from './named-folders.ts'
import { foldersOf } from './unrecorded.ts'

/** What tells which entries are ours, and what they are without us. */
interface OwnerFacts {
  readonly system: System
  readonly world: World
  readonly home: HomePlace
  readonly known: KnownHome
}

/** What of a file is ours, as far as records and first copies tell. */
export function ownedEntries(
  { system, world, home, known }: OwnerFacts,
  { environment }: FileName,
  record: FileState,
  client: ClientDefinition,
  original: OriginalFile | null,
): OwnedEntries {
  const side = world.environments.find(({ id }) => id === environment) ?? home.environment
  const folderOf = (each: Environment): NativePath => folderOn(system, home, each)
  const folders = foldersOf(system, { world, home })
  const servers = Object.keys(known.manifest?.servers ?? {})
  const context = {
    ...{ environment: side, world, home: home.environment, lock: known.lock },
    folders: (id: string) => {
      const found = world.environments.find((each) => each.id === id)
      return found === undefined ? null : folderOf(found)
    },
    ...(known.manifest === null ? {} : { manifest: known.manifest }),
  }
  const plain = (name: string): PlainEntry | null => {
    const { manifest, keys } = known
    const server = manifest === null ? undefined : lookUp(manifest.servers, name)
    if (manifest === null || server === undefined) return null
    const { references } = client
    // A project's file is for version control: it names keys, as its program fills them in.
    const named = (wanted: string) =>
      record.project === undefined || references === undefined ? null : new Secret(references.write(wanted))
    const key = (wanted: string) => keys.get(wanted) ?? named(wanted)
    return plainEntry({ ...context, manifest, name, server, client, scope: 'user', key, variable: (each) => system.variables[each] })
  }
  const named = (wanted: string): ServerSpec | undefined =>
    known.manifest?.servers[servers.find((server) => clientName(client, server, servers) === wanted) ?? '']
  return {
    records: record.entries,
    created: record.created === true,
    original,
    reader: new EntryReader(client, context, plain),
    namesOwnFiles: (value) => folders.some((folder) => names(value, folder)),
    isKept: (name) => named(name) !== undefined,
    isOff: (name) => named(name)?.disabled === true,
    shared: () =>
      sharedIn(known.manifest, home.environment, world, client, side).flatMap((server) => {
        const made = plain(server)
        return made === null ? [] : [[clientName(client, server, servers), made.value] as const]
      }),
  }
}

/** The servers that a client reaches through the bridge. */
const sharedIn = (
  manifest: Manifest | null,
  home: Environment,
  world: World,
  { id }: ClientDefinition,
  side: Environment,
): readonly string[] =>
  Object.entries(manifest?.servers ?? {}).flatMap(([name, server]) =>
    manifest !== null && isShared({ manifest, home, world }, server) && belongs(server, id, side, 'user') ? [name] : [],
  )
