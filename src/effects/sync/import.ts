import { type UnmanagedEntry, type Imported, importServers } from '../../core/import/merge.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile, PlanInput } from '../../core/plan/plan.ts'
import type { Situation } from '../manifest/open.ts'
import { openSecrets } from '../store/secrets.ts'
import { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'

/** Everything in the files that no record of ours knows. An entry whose name stands there twice is left out: which one counts is not ours to say. */
function foreignEntries(files: readonly ObservedFile[], state: State): UnmanagedEntry[] {
  return files.flatMap((file) => {
    const read = file.refusal === undefined && file.unused !== true && file.bytes !== null ? readClientFile(file.client, file.bytes) : null
    if (read === null || !read.ok) return []
    const ours = state.files[file.environment.id]?.[file.client.id]?.[file.file]?.entries ?? {}
    return read.document
      .entries()
      .filter(({ name, duplicate }) => !Object.hasOwn(ours, name) && !duplicate)
      .map(({ name, value }) => ({
        ...{ environment: file.environment, client: file.client, file: file.file, name, value: new Secret(value) },
        ...(file.startsOn === undefined ? {} : { startsOn: file.startsOn.environment }),
      }))
  })
}

export interface ImportOptions {
  /** Only what these clients have; empty: all. */
  readonly from: readonly string[]
  /** Servers that every side shall have, wherever they came from. */
  readonly everywhere: ReadonlySet<string>
  /** Names that shall not be taken over at all. */
  readonly without: ReadonlySet<string>
  /** Values that names of keys have from now on, where several values came with one name. */
  readonly settled?: ReadonlyMap<string, Secret>
  /** The person asked for what stands there: `mcp-remote` is taken in as it is typed. */
  readonly takesMcpRemote?: boolean
}

/** Takes over what the clients have, as far as the manifest does not know it. `known`: further keys, whose names are taken. */
export function importFound(
  situation: Situation,
  input: PlanInput,
  options: ImportOptions,
  known: ReadonlyMap<string, Secret> = new Map(),
): Imported {
  const found = foreignEntries(input.files, situation.state).filter(
    (each) => (options.from.length === 0 || options.from.includes(each.client.id)) && !options.without.has(each.name),
  )
  return importServers(found, {
    world: input.render.world,
    home: input.home,
    lock: input.render.lock,
    folders: input.render.folders,
    manifest: situation.manifest,
    sides: situation.sides,
    key: (name) => input.render.key(name) ?? known.get(name) ?? null,
    inProject: input.render.project !== undefined,
    everywhere: (name) => options.everywhere.has(name),
    takesMcpRemote: options.takesMcpRemote === true,
    ...(options.settled === undefined ? {} : { settled: options.settled }),
  })
}

/**
 * The same, beside every key that the person has: an entry with a key of its own must neither replace the stored key of that
 * name nor get it. Answers those keys too, for an import that is made again.
 */
export async function importBeside(
  system: System,
  situation: Situation,
  input: PlanInput,
  options: ImportOptions,
): Promise<{ readonly imported: Imported; readonly known: ReadonlyMap<string, Secret> }> {
  const { home, manifest, self } = situation
  const store = openSecrets(system, home.here, manifest, self.id)
  const known = new Map<string, Secret>()
  const looked = new Set<string>()
  for (;;) {
    const imported = importFound(situation, input, options, known)
    const names = imported.secrets.map(({ name }) => name).filter((name) => !looked.has(name))
    if (names.length === 0) return { imported, known }
    for (const name of names) {
      looked.add(name)
      const key = await store.get(name)
      if (key !== null) known.set(name, key)
    }
  }
}
