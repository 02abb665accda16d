import { layout } from '../../core/layout.ts'
import { extensionsOf } from '../../core/manifest/names.ts'
import { isPython } from '../../core/packages/python.ts'
import { toHere } from '../../core/paths.ts'
import type { PlanInput, Why } from '../../core/plan/plan.ts'
import type { Environment } from '../../model/environment.ts'
import type { Lock } from '../../model/lock.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { installedPackages } from '../packages/installed.ts'
import { selfCurrent, selfPresent } from '../packages/self-current.ts'
import { commandPaths } from '../machine/command-path.ts'
import { folderOn } from '../machine/home.ts'
import { reach, type Situation } from '../manifest/open.ts'
import type { Target } from '../manifest/target.ts'
import { targetsFor } from '../manifest/targets.ts'
import { loadKeys } from './keys.ts'
import { observeFiles } from './observe.ts'
import type { SyncOptions } from './options.ts'
import { pin, type Unresolved } from './pin.ts'
import type { LocatedFile } from '../../model/located.ts'

/** The input of a plan, and what was found while gathering it. */
export interface PreparedSync {
  readonly input: PlanInput
  readonly lock: Lock
  /** Packages that could not be resolved, and why. */
  readonly unresolved: ReadonlyMap<string, Unresolved>
  readonly stale: readonly string[]
  /** Notices of the situation. */
  readonly notices: readonly string[]
  /** Settings that are ignored in a project's manifest. */
  readonly ignored: readonly string[]
  /** This run has keys that the store may not have yet. */
  readonly brings: boolean
}

/** Gathers everything that the plan depends on. Only packages without a pinned version need the network. */
export async function prepare(
  system: System,
  situation: Situation,
  options: SyncOptions,
  failed: ReadonlyMap<string, Why> = new Map(),
): Promise<PreparedSync> {
  const { world, home, manifest, place } = situation
  const { lock, unresolved } = await pin(system, situation, options)
  const folders = new Map<string, NativePath>(situation.sides.map((side) => [side.id, folderOn(system, home, side)]))
  const all = await targetsFor(system, situation, options)
  // A preview reports what takes part; a run that would write reports why it does not.
  const targets = all.filter(
    (one) =>
      (one.off !== true || options.resolve) &&
      options.leaveOut?.({ environment: one.environment.id, client: one.client.id, file: one.file }) !== true,
  )
  const { keys, brings } = await loadKeys(system, situation, options.hide)
  const { extensions, off } = await lookAtExtensions(system, situation, options.desktopConfig)
  const [installed, outdatedSelf, paths, files] = await Promise.all([
    installedPackages(system, situation.sides, folders, manifest, lock),
    outdatedOn(system, situation.sides, folders, options.anySelf === true ? selfPresent : selfCurrent),
    commandPaths(system, world, home.environment, situation.sides, manifest, extensions),
    observeFiles(system, targets, [home.environment, ...situation.sides]),
  ])
  const uvless = await lookForUv(system, situation, lock, targets, installed)
  const isOwn = place.here === reach(home, layout(home.environment, home.folder).manifest)
  const plain: PlanInput = {
    world: { environments: [...situation.sides] },
    home: home.environment,
    manifest,
    files,
    state: situation.state,
    render: {
      manifest,
      world,
      home: home.environment,
      lock,
      folders: (id) => folders.get(id) ?? null,
      key: (name) => keys.get(name) ?? null,
      variable: (name) => system.variables[name],
      ...(extensions === undefined ? {} : { extensions }),
      commandPath: (environment, command) => paths.get(`${environment.id} ${command}`) ?? null,
      ...(place.project === null ? {} : { project: { environment: situation.self, path: place.project } }),
      ...(isOwn || place.project !== null ? {} : { named: place.shown }),
    },
    isInstalled: (environment, words) => installed.has(`${environment} ${words}`),
    unavailable: (environment, words) =>
      unresolved.get(words) ?? failed.get(`${environment} ${words}`) ?? uvless.get(`${environment} ${words}`) ?? null,
    outdatedSelf,
    selfEverywhere: options.selfEverywhere,
    force: options.force,
    prune: options.prune,
    ...(options.servers === undefined ? {} : { only: options.servers }),
  }
  const input = await withLaunches(system, plain, {
    isOwn,
    isNarrowed: options.servers !== undefined || options.clients.length + options.on.length > 0,
  })
  const stale = targets.flatMap(({ client, located }) => (located === undefined ? [] : locatedNotices(client.label, located)))
  return {
    input,
    lock,
    unresolved,
    stale,
    notices: [...(situation.notices ?? []), ...off],
    ignored: situation.ignored,
    brings,
  }
}

/** Looks at the extensions that servers are, and says which are off in Claude Desktop; loads nothing where none is. */
async function lookAtExtensions(system: System, situation: Situation, desktopConfig: string | undefined) {
  const { manifest, place } = situation
  const wanted = place.project === null ? extensionsOf(manifest) : new Set<string>()
  if (wanted.size === 0) return { extensions: undefined, off: [] }
  const [{ observeExtensions }, { offNotices }] = await Promise.all([
    import('../extensions/observe.ts'),
    import('../../core/extensions/offer.ts'),
  ])
  const extensions = await observeExtensions(system, situation, { wanted, desktopConfig })
  return { extensions, off: offNotices(manifest, extensions) }
}

/** Looks for the Python packages whose side has no uv; loads nothing where the lock has none. */
async function lookForUv(
  system: System,
  situation: Situation,
  lock: Lock,
  targets: readonly Target[],
  installed: ReadonlySet<string>,
): Promise<ReadonlyMap<string, Why>> {
  if (!Object.keys(lock.packages).some(isPython)) return new Map()
  return (await import('./without-uv.ts')).withoutUv(system, situation, lock, targets, installed)
}

/** Adds the launches of other sides; loads nothing where there is one side only. */
async function withLaunches(system: System, input: PlanInput, run: { isOwn: boolean; isNarrowed: boolean }): Promise<PlanInput> {
  if (input.world.environments.length < 2) return input
  const { observeLaunches } = await import('../run/launches.ts')
  const launches = await observeLaunches(system, input, run)
  return launches === undefined ? input : { ...input, launches }
}

/** Returns the sides whose copy of this program is not current. A side that cannot be reached has refusals already. */
async function outdatedOn(
  system: System,
  sides: readonly Environment[],
  folders: ReadonlyMap<string, NativePath>,
  isCurrent: typeof selfCurrent,
): Promise<ReadonlySet<string>> {
  const found = await Promise.all(
    sides.map(async (side) => {
      const folder = folders.get(side.id)
      const isOutdated = folder !== undefined && toHere(side, folder) !== null && !(await isCurrent(system, side, folder))
      return isOutdated ? [side.id] : []
    }),
  )
  return new Set(found.flat())
}

/** Returns a notice about stale copies of a client's file, which the client does not read. */
export function locatedNotices(label: string, { file, reason, stale, likelier, unseen }: LocatedFile): string[] {
  const keys = '; entries of ours in it, with their keys, stay there. To see how to put it away: mcp-twin doctor'
  return [
    ...stale.map((each) => `${each.file} is a stale copy: ${label} reads ${file} (${reason})${each.ours ? keys : ''}`),
    ...(likelier === undefined
      ? []
      : [`${label} seems to read ${likelier} by now, since that folder was used last; ${file} is written: ${reason}`]),
    ...unseen.map(({ by, folder }) => `${by} names ${folder}, which cannot be looked at from here: whether ${label} reads it is not known`),
  ]
}
