import { type UnmanagedEntry, type Imported, importServers } from '../../core/import/merge.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { ObservedFile, PlanInput } from '../../core/plan/plan.ts'
import type { Situation } from '../manifest/open.ts'
import { openSecrets } from '../store/secrets.ts'
import { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'

/** Returns the entries without a record of ours. A name that is used twice is left out: which one counts is ambiguous. */
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
  /** Only entries of these clients; empty: all. */
  readonly from: readonly string[]
  /** Servers for every side. */
  readonly everywhere: ReadonlySet<string>
  /** Names that are not imported. */
  readonly without: ReadonlySet<string>
  /** Values that names of keys have from now on, where several values came with one name. */
  readonly settled?: ReadonlyMap<string, Secret>
  /** The person asked for what stands there: `mcp-remote` is taken in as it is typed. */
  readonly takesMcpRemote?: boolean
}

/** Imports the clients' entries that the manifest does not have. `known`: stored keys, whose names are in use. */
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
 * Imports with regard to the stored keys: an entry with another key must neither replace the stored key of that name nor get
 * it. Returns those keys too, to repeat the import.
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
