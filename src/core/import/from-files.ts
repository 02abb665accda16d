import type { Environment } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import { readClientFile } from '../plan/file.ts'
import { lookUp } from '../lookup.ts'
import { wordsOf } from '../manifest/names.ts'
import type { ObservedFile, Plan, PlanInput } from '../plan/plan.ts'
import { type Imported, importServers, type UnmanagedEntry } from './merge.ts'

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

/** What an import changes, and what it must not take for new. */
export interface ImportGround {
  readonly manifest: Manifest
  readonly state: State
  /** The sides that take part. */
  readonly sides: readonly Environment[]
}

export interface FoundOptions {
  /** Only entries of these clients; empty: all. */
  readonly from: readonly string[]
  /** Servers for every side. */
  readonly everywhere: ReadonlySet<string>
  /** Names that are not imported. */
  readonly without: ReadonlySet<string>
  /** Only these names; absent: all. */
  readonly only?: ReadonlySet<string> | undefined
  /** Values that names of keys have from now on, where several values came with one name. */
  readonly settled?: ReadonlyMap<string, Secret>
  /** Package words that the registry does not have, and why. */
  readonly absent?: ReadonlyMap<string, string>
  /** Whether a side has uv; absent: `uvx NAME` stays as typed. */
  readonly hasUv?: (side: Environment) => boolean
  /** The person asked for the file's own words: `mcp-remote` is imported as typed. */
  readonly takesMcpRemote?: boolean
}

/** Imports the clients' entries that the manifest does not have. `known`: stored keys, whose names are in use. */
export function importFound(
  situation: ImportGround,
  input: PlanInput,
  options: FoundOptions,
  known: ReadonlyMap<string, Secret> = new Map(),
): Imported {
  const found = foreignEntries(input.files, situation.state).filter(
    (each) =>
      (options.from.length === 0 || options.from.includes(each.client.id)) &&
      !options.without.has(each.name) &&
      (options.only?.has(each.name) ?? situation.state.ignored?.includes(each.name) !== true),
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
    ...(options.hasUv === undefined ? {} : { hasUv: options.hasUv }),
    ...(options.settled === undefined ? {} : { settled: options.settled }),
    ...(options.absent === undefined ? {} : { absent: options.absent }),
  })
}

/** An entry that is in no manifest. */
export interface Unmanaged {
  readonly environment: string
  readonly client: string
  readonly server: string
  /** Why `sync --adopt` leaves it as it is; absent: it takes it into the manifest. */
  readonly reason?: string
  /** A person wants it left as it is; reports name it with `--verbose` alone. */
  readonly ignored?: true
}

/** Entries of packages that the registry did not have when `sync --adopt` asked for them last. */
function absentOnes({ servers, adopted }: Imported, { absent = {} }: State): Imported['unmanaged'] {
  return adopted.flatMap(({ server, digest: _, ...place }) => {
    const reason = wordsOf(servers[server] ?? {}).flatMap((words) => lookUp(absent, words) ?? [])[0]
    return reason === undefined ? [] : [{ ...place, reason: `${reason}. To ask again: mcp-twin sync --adopt` }]
  })
}

/** The entries of a plan's files that are not managed. */
export function unmanagedIn({ files }: Pick<Plan, 'files'>, input: PlanInput): Unmanaged[] {
  const found = files.flatMap(({ plan: { environment, client, unmanaged } }) =>
    unmanaged.map((server) => ({
      ...{ environment, client, server },
      ...(input.state.ignored?.includes(server) === true ? { ignored: true as const } : {}),
    })),
  )
  if (found.length === 0) return []
  const context = { manifest: input.manifest, state: input.state, sides: input.world.environments }
  // What uv was asked about before is known by the words of its package.
  const imported = importFound(context, input, {
    hasUv: () => true,
    from: [],
    everywhere: new Set(),
    without: new Set(),
    takesMcpRemote: true,
  })
  const left = [...imported.unmanaged, ...imported.known, ...absentOnes(imported, input.state)]
  return found.map((each) => {
    const isIt = ({ environment, client, name }: (typeof left)[number]): boolean =>
      environment === each.environment && client === each.client && name === each.server
    const reason = left.find(isIt)?.reason
    return reason === undefined ? each : { ...each, reason }
  })
}
