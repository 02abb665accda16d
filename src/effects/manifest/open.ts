import { clients } from '../../catalog/clients/index.ts'
import { participants } from '../../core/participants.ts'
import { layout } from '../../core/layout.ts'
import { ignoredKeys, projectManifest } from '../../core/launch/project-manifest.ts'
import { onMachine } from '../../core/manifest/machines.ts'
import { toHere } from '../../core/paths.ts'
import { noManifest, usageError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { folderGone } from '../machine/delegate.ts'
import { machineName } from '../machine/machine-name.ts'
import type { HomePlace } from '../machine/home.ts'
import { loadManifest } from './load.ts'
import type { Fault } from '../machine/ownership-faults.ts'
import { ownFolderFaults } from '../machine/vet-own-folder.ts'
import { lookAtManifest, ownFiles, vetManifest } from '../store/vet.ts'
import { loadState, readLock } from './records.ts'

/** The manifest in use and what lies beside it. */
export interface ManifestPlace {
  readonly scope: 'user' | 'project'
  readonly here: ReachablePath
  /** As its side spells it. */
  readonly shown: NativePath
  readonly lockHere: ReachablePath
  /** The project's root, where the manifest is a project's. */
  readonly project: NativePath | null
  /** Its real path when this command began: nothing of the project may lie outside of it. */
  readonly root: ReachablePath | null
  /** The folder that would tell which manifest counts was deleted. */
  readonly isLost?: true
}

/** Everything a command on the manifest starts from. */
export interface Situation {
  readonly world: World
  readonly self: Environment
  readonly home: HomePlace
  readonly place: ManifestPlace
  /** The manifest's bytes; null where there is none yet. */
  readonly bytes: Uint8Array | null
  readonly manifest: Manifest
  /** Keys of a project's manifest that have no meaning there; `manifest` is without them. */
  readonly ignored: readonly string[]
  readonly lock: Lock
  /** The lock's bytes; null where there is none yet. */
  readonly lockBytes: Uint8Array | null
  readonly state: State
  /** The state as it is on the disk, where `state` already has what this run takes over. */
  readonly savedState: State
  readonly statePath: ReachablePath
  /** The environments that take part. */
  readonly sides: readonly Environment[]
  /** Notices about how this situation came about. */
  readonly notices?: readonly string[]
  /** Who else decides what manifest, lock or our folder say; only where the situation was opened to tell of it. */
  readonly faults: readonly Fault[]
  /** Keys that this run brings and that go into the store with its changes. */
  readonly brought: ReadonlyMap<string, Secret>
}

export const emptyManifest: Manifest = { version: 1, servers: {} }

export interface OpenOptions {
  /** For a command that can begin without a manifest. */
  readonly mayBeAbsent?: boolean
  /** Reports files that others may write instead of refusing them; nothing in them may be run. */
  readonly reportOnly?: boolean
}

/**
 * Reads manifest, lock and state. A missing manifest is an error that names `init`, unless `mayBeAbsent`; one that others
 * decide about, or that leads out of its project, is refused.
 */
export async function openSituation(
  system: System,
  world: World,
  home: HomePlace,
  place: ManifestPlace,
  { mayBeAbsent = false, reportOnly = false }: OpenOptions = {},
): Promise<Situation> {
  if (place.isLost === true) throw folderGone()
  const self = world.environments.find((each) => each.self) ?? home.environment
  const { faults, ...vetted } = reportOnly
    ? await lookAtManifest(system, self, place)
    : { ...(await vetManifest(system, self, place)), faults: [] }
  const own = reportOnly ? await ownFolderFaults(system, self) : []
  const loaded = await loadManifest(
    system,
    vetted.manifest,
    place.shown,
    clients.map((client) => client.id),
  )
  if (loaded === null && !mayBeAbsent) {
    throw usageError(noManifest(place.shown), {
      hint: place.scope === 'project' ? 'mcp-twin init --project' : 'mcp-twin init',
    })
  }
  const written = withoutPrograms(loaded?.manifest ?? emptyManifest, [...faults, ...own])
  const statePath = reach(home, layout(home.environment, home.folder).state)
  const state = await loadState(system, statePath)
  const isProject = place.scope === 'project'
  const manifest = isProject
    ? projectManifest(written, withoutPrograms(await usersOwn(system, home, reportOnly), own))
    : onMachine(written, machineName(state))
  const { lock, bytes: lockBytes } = await readLock(system, vetted.lock)
  return {
    world,
    self,
    home,
    place,
    bytes: loaded?.bytes ?? null,
    manifest,
    ignored: isProject ? ignoredKeys(written) : [],
    lock,
    lockBytes,
    state,
    savedState: state,
    statePath,
    sides: participants(world, home.environment, manifest),
    faults: [...own, ...faults],
    brought: new Map(),
  }
}

/** Takes `secrets.command` out of a manifest that other users can change: it may be inspected, but start nothing. */
function withoutPrograms(manifest: Manifest, faults: readonly Fault[]): Manifest {
  const { secrets: _, ...rest } = manifest
  return faults.length === 0 ? manifest : rest
}

/** The user's own manifest, for what a project's does not decide; an empty one where there is none. */
export async function usersOwn(system: System, home: HomePlace, reportOnly = false): Promise<Manifest> {
  const path = layout(home.environment, home.folder).manifest
  const files = ownFiles(home.environment, home.folder)
  const vetted = await (reportOnly ? lookAtManifest : vetManifest)(system, home.environment, files)
  const loaded = await loadManifest(
    system,
    vetted.manifest,
    path,
    clients.map((client) => client.id),
  )
  return loaded?.manifest ?? emptyManifest
}

/** A path of home's folder as this process opens it. Home is this side wherever a command gets this far. */
export function reach(home: HomePlace, path: NativePath): ReachablePath {
  const here = toHere(home.environment, path)
  if (here === null)
    throw usageError(`${path} on ${home.environment.id} is not reached from here.`, { hint: `run the command on ${home.environment.id}` })
  return here
}
