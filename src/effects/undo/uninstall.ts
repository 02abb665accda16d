import { layout } from '../../core/layout.ts'
import { type FileName, recordOf, withRecord } from '../../core/plan/records.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { type BackupRun, openRun } from '../store/backup.ts'
import type { Decision } from '../store/decision.ts'
import { withRunLock } from '../store/lock.ts'
import { Originals } from '../store/originals.ts'
import { rewriteFile } from '../store/rewrite.ts'
import { folderOn, type HomePlace, ownFolder } from '../machine/home.ts'
import { reach, usersOwn } from '../manifest/open.ts'
import { emptyState, loadLock, loadState, stateBytes } from '../manifest/records.ts'
import { clearCommands } from '../command/remove.ts'
import { clearHook } from '../hook/remove.ts'
import { projectOf, recordedFiles } from './files-to-clear.ts'
import { clearFiles, stillOurs } from './uninstall-files.ts'
import { clearFolder } from './folders.ts'
import { revokeAll } from '../login/revoke.ts'
import { knownOf } from './known.ts'
import { endProcesses, watcherOf } from './processes.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { packagePlace } from '../../core/packages/place.ts'
import { vetOwn } from '../store/vet.ts'
import { versionAt } from '../packages/installed.ts'

export interface Uninstalled {
  readonly steps: readonly Step[]
  readonly run: string | null
  readonly ended: readonly { readonly environment: string; readonly pid: number }[]
  readonly removed: readonly { readonly environment: string; readonly path: NativePath }[]
  /** The user's files at home, and on any side files that are not ours. */
  readonly kept: readonly { readonly environment: string; readonly path: NativePath }[]
  /** Packages in the user's npm prefix, which are not removed. */
  readonly elsewhere: readonly ForeignPackage[]
  readonly troubles: readonly Trouble[]
}

/** What could not be done on a side after our entries were removed. */
export interface Trouble {
  readonly environment: string
  readonly reason: string
  readonly hint: string
  /** It was tried and failed; otherwise it could not be tried. */
  readonly isFailure: boolean
}

/** Returns our folders on all sides that have one, home's last: a second try needs it. */
export async function ownFolders(
  system: System,
  world: World,
  home: HomePlace,
): Promise<{ environment: Environment; folder: NativePath }[]> {
  const found: { environment: Environment; folder: NativePath }[] = []
  for (const environment of world.environments) {
    if (environment.id === home.environment.id) continue
    const folder = ownFolder(system, environment)
    const here = toHere(environment, folder)
    if (here !== null && (await system.files.look(here)) !== null) found.push({ environment, folder })
  }
  return (await system.files.look(home.here)) === null ? found : [...found, { environment: home.environment, folder: home.folder }]
}

/** Returns our records; throws where they are damaged, or gone while files still have entries of ours. */
async function recordsOf(system: System, world: World, home: HomePlace): Promise<State> {
  const { state: shown, backups } = layout(home.environment, home.folder)
  const state = await loadState(system, reach(home, shown))
  if (state !== emptyState) return state
  const file = await stillOurs(system, world, home, new Originals(system, reach(home, backups)))
  if (file === null) return state
  throw new TwinError('damaged', `${shown} is gone, and with it what tells which entries are ours; ${file} still has some`, {
    hint: 'mcp-twin sync --adopt, then: mcp-twin uninstall',
  })
}

/**
 * Removes everything of ours from this machine. Client files come first: while one of them still has an entry of ours,
 * nothing else is removed, and the command can be repeated.
 */
export async function uninstall(system: System, world: World, home: HomePlace, purge: boolean, isOffline = false): Promise<Uninstalled> {
  const places = await ownFolders(system, world, home)
  const elsewhere = await packagesElsewhere(system, world, home)
  const steps: Step[] = []
  let run: string | null = null
  await withRunLock(system, home.here, home.environment.id, async () => {
    const state = await recordsOf(system, world, home)
    const backups = reach(home, layout(home.environment, home.folder).backups)
    const journal = openRun(system, backups, { command: 'uninstall', at: system.now() })
    const known = await knownOf(system, home)
    steps.push(...(await clearFiles({ system, world, home, state, run: journal, known }, false)))
    const hook = await clearHook(system, home, state, journal, false)
    if (hook !== null) steps.push(hook)
    steps.push(...(await clearCommands(system, world, state, journal, false)))
    const isClear = steps.every(({ outcome }) => outcome === 'done')
    if (isClear && state !== emptyState) await writeRecords(system, home, journal, null)
    run = await journal.finish()
    if (isClear) await journal.originals.clear()
  })
  if (!steps.every(({ outcome }) => outcome === 'done'))
    return { steps, run, ended: [], removed: [], kept: [], elsewhere: [], troubles: [] }
  const unrevoked = await revokeAll(system, home, isOffline)
  const cleared = await clearSides(system, world, home, places, purge)
  const troubles = unrevoked.map((address) => ({
    environment: home.environment.id,
    reason: `the login of ${new URL(address).host} could not be revoked, and its tokens count until they end`,
    hint: 'revoke it on the page of that service',
    isFailure: false,
  }))
  return { steps, run, elsewhere, ...cleared, troubles: [...troubles, ...cleared.troubles] }
}

/** Writes our records, or removes them (null): backed up, so that an undo of this run restores them with the entries. */
async function writeRecords(system: System, home: HomePlace, run: BackupRun, next: State | null): Promise<void> {
  const { environment } = home
  const shown = layout(environment, home.folder).state
  const target = { here: reach(home, shown), shown, side: environment.id, links: 'follow' as const, within: null, createMode: 0o600 }
  const decision: Decision = next === null ? { kind: 'remove' } : { kind: 'replace', bytes: stateBytes(next), holdsKey: false }
  const outcome = await rewriteFile(
    system,
    target,
    () => decision,
    run.forFile({ environment: environment.id, client: null, file: shown, entries: [] }),
  )
  if (outcome.kind === 'refused' || outcome.kind === 'failed')
    throw new TwinError('not-written', outcome.reason ?? `${shown} could not be written`, { place: { file: shown } })
}

/** What an uninstall would do to the clients' files, the hook and the commands, or to the files of one project. Writes nothing. */
export async function previewUninstall(system: System, world: World, home: HomePlace, project?: string): Promise<readonly Step[]> {
  const backups = reach(home, layout(home.environment, home.folder).backups)
  const run = openRun(system, backups, { command: 'uninstall', at: system.now() })
  const [state, known] = [await recordsOf(system, world, home), await knownOf(system, home)]
  const files = await clearFiles({ system, world, home, run, state, known, project }, true)
  if (project !== undefined) return files
  const hook = await clearHook(system, home, state, run, true)
  return [...files, ...(hook === null ? [] : [hook]), ...(await clearCommands(system, world, state, run, true))]
}

/** Removes our entries from the files of one project, by its real path, and nothing else of ours. */
export async function uninstallProject(
  system: System,
  world: World,
  home: HomePlace,
  project: string,
): Promise<Pick<Uninstalled, 'steps' | 'run'>> {
  return withRunLock(system, home.here, home.environment.id, async () => {
    const state = await recordsOf(system, world, home)
    const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command: 'uninstall', at: system.now() })
    const steps = await clearFiles({ system, world, home, state, run, known: await knownOf(system, home), project }, false)
    if (steps.every(({ outcome }) => outcome === 'done')) {
      const isOfProject = async (name: FileName) => (await projectOf(system, world, name, recordOf(state, name))) === project
      let rest = state
      for (const { name } of recordedFiles(state)) if (await isOfProject(name)) rest = withRecord(rest, name, null)
      if (rest !== state) await writeRecords(system, home, run, rest)
      const originals: FileName[] = []
      for (const each of (await run.originals.load()).files) if (await isOfProject(each)) originals.push(each)
      await run.originals.drop((each) => originals.includes(each))
    }
    return { steps, run: await run.finish() }
  })
}

async function clearSides(
  system: System,
  world: World,
  home: HomePlace,
  places: Awaited<ReturnType<typeof ownFolders>>,
  purge: boolean,
): Promise<Omit<Uninstalled, 'steps' | 'run' | 'elsewhere'>> {
  const ended: { environment: string; pid: number }[] = []
  const removed: { environment: string; path: NativePath }[] = []
  const kept: { environment: string; path: NativePath }[] = []
  const troubles: Trouble[] = []
  for (const { environment, folder } of places) {
    const { id } = environment
    const known = id === home.environment.id ? await watcherOf(system, home.here, id) : []
    const processes = await endProcesses(system, world, environment, folder, known)
    ended.push(...(processes?.ended ?? []).map((pid) => ({ environment: id, pid })))
    if (processes === null)
      troubles.push({
        environment: id,
        reason: 'its processes cannot be listed from here; servers that run there continue until their programs end',
        hint: 'restart the programs there',
        isFailure: false,
      })
    const isHome = id === home.environment.id
    const cleared = await clearFolder(system, environment, folder, isHome && purge)
    removed.push(...cleared.removed.map((path) => ({ environment: id, path })))
    kept.push(...cleared.kept.map((path) => ({ environment: id, path })))
    troubles.push(...cleared.failed.map(({ reason, hint }) => ({ environment: id, reason, hint, isFailure: true })))
  }
  return { ended, removed, kept, troubles }
}

/** A package of the manifest in an npm prefix that is not ours. */
export interface ForeignPackage {
  readonly environment: string
  readonly name: string
  readonly prefix: NativePath
  readonly path: NativePath
}

/**
 * Returns packages in a prefix of the user (`"prefix": "global"`, or a path). They are not removed: they may have been there
 * before us, and other programs may use them. Empty where the manifest cannot be read.
 */
export async function packagesElsewhere(system: System, world: World, home: HomePlace): Promise<ForeignPackage[]> {
  try {
    const manifest = await usersOwn(system, home)
    if (manifest.prefix === undefined || manifest.prefix === 'own') return []
    const { packages } = await loadLock(system, (await vetOwn(system, home.environment, home.folder)).lock)
    const found: ForeignPackage[] = []
    for (const side of world.environments) {
      const folder = folderOn(system, home, side)
      for (const locked of Object.values(packages)) {
        const place = packagePlace(side, folder, locked, prefixOn(manifest, side))
        if (place === null || place.record !== null || (await versionAt(system, side, place.files)) !== locked.version) continue
        found.push({ environment: side.id, name: locked.name, prefix: place.prefix, path: place.files })
      }
    }
    return found
  } catch (error) {
    if (error instanceof TwinError) return []
    throw error
  }
}
