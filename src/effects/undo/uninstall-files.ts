import { clientById } from '../../catalog/clients/index.ts'
import { loadFormats } from '../../core/formats/index.ts'
import { layout } from '../../core/layout.ts'
import { toHere } from '../../core/paths.ts'
import { readClientFile } from '../../core/plan/file.ts'
import type { FileName } from '../../core/plan/records.ts'
import { makeStep } from '../../core/plan/step.ts'
import type { RecordedChange } from '../../model/backup.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { Step } from '../../model/plan.ts'
import type { FileState, State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { BackupRun } from '../store/backup.ts'
import type { Originals } from '../store/originals.ts'
import { ifPossible } from '../store/trouble.ts'
import type { Decide, Decision, RewriteOutcome, RewriteTarget } from '../store/decision.ts'
import { previewRewrite } from '../store/preview.ts'
import { heldBeside } from '../store/held-file.ts'
import { keepMode } from '../machine/far-modes.ts'
import { projectBounds } from '../store/project-bounds.ts'
import { rewriteFile } from '../store/rewrite.ts'
import type { HomePlace } from '../machine/home.ts'
import { reach } from '../manifest/open.ts'
import { type ClearedEntry, removeOwnEntries } from './client-entries.ts'
import { filesToClear } from './files-to-clear.ts'
import { type KnownHome, knownOfProject } from './known.ts'
import { names, namesInstalled } from './named-folders.ts'
import { originalOf } from './originals.ts'
import { ownedEntries } from './owned-entries.ts'
import { foldersOf } from './unrecorded.ts'
import { withUnrecorded } from './unrecorded-entries.ts'

/** What the entries of all files are read and judged with. */
interface Clearing {
  readonly system: System
  readonly world: World
  readonly home: HomePlace
  readonly state: State
  readonly run: BackupRun
  readonly known: KnownHome
  /** Only the files of the project with this root. */
  readonly project?: string | undefined
}

/**
 * Takes our entries out of every file that we have written, or shows what would become of them (`isPreview`). Returns the steps; a
 * file that refuses is unchanged.
 */
export async function clearFiles(clearing: Clearing, isPreview: boolean): Promise<Step[]> {
  const steps: Step[] = []
  const { system, world, home, state, run, known, project } = clearing
  const files = await filesToClear(system, { world, home, state, manifest: known.manifest }, run.originals, project)
  for (const { name, record } of files) steps.push(...(await clearFile(clearing, name, record, isPreview)))
  return steps
}

/** Returns a client file with an entry that names our files, of those that we once wrote; null: there is none. */
export async function stillOurs(system: System, world: World, home: HomePlace, originals: Originals): Promise<string | null> {
  const folders = foldersOf(system, { world, home })
  for (const { environment, client, file } of (await originals.load()).files) {
    const definition = clientById(client)
    const side = world.environments.find(({ id }) => id === environment)
    const here = side === undefined ? null : toHere(side, native(file))
    if (definition === null || here === null) continue
    await loadFormats([definition])
    const read = readClientFile(definition, await ifPossible(system.files.read(here)))
    if (read.ok && read.document.entries().some(({ value }) => folders.some((folder) => names(value, folder)))) return file
  }
  return null
}

async function clearFile(clearing: Clearing, name: FileName, record: FileState, isPreview: boolean): Promise<Step[]> {
  const { system, world, home, run } = clearing
  const known = record.project === undefined ? clearing.known : await knownOfProject(system, home, record.project, clearing.known)
  const target = await targetOf(system, world, home.environment, name, record.project)
  if (!('here' in target)) return [makeStep({ kind: 'refuse', ...name, ...target })]
  const client = clientById(name.client)
  if (client === null) return []
  await loadFormats([client])
  const { file: original, damaged } = await originalOf(
    system,
    run.originals,
    reach(home, layout(home.environment, home.folder).backups),
    name,
    known.keyOf,
  )
  const ours = ownedEntries({ ...clearing, known }, name, record, client, original)
  const folders = foldersOf(system, { world, home })
  const isGone = (text: string): boolean => namesInstalled(text, folders)
  let cleared: readonly ClearedEntry[] = []
  const changes: RecordedChange[] = []
  const decide = (current: Uint8Array | null, mode?: number | null): Decision => {
    const found = withUnrecorded(client, current, ours, isGone)
    if ('refuse' in found) return { kind: 'refuse', ...found.refuse }
    const decision = removeOwnEntries(client, current, found.ours, (report) => (cleared = report))
    changes.splice(0, changes.length, ...changesOf(cleared))
    return withFormerMode(decision, current, mode ?? null, original?.mode ?? null)
  }
  const found = withUnrecorded(client, await ifPossible(system.files.read(target.here)), ours, isGone)
  const entries = Object.keys('refuse' in found ? record.entries : found.ours.records)
  const outcome =
    isPreview || (await needsNothing(system, target.here, decide))
      ? await previewRewrite(system, target, decide)
      : await rewriteFile(system, target, decide, run.forFile({ ...name, entries, changes, project: record.project }))
  if (outcome.kind === 'refused' || outcome.kind === 'failed') {
    const { reason = 'could not be written', hint = null } = outcome
    return [makeStep({ kind: 'refuse', ...name, outcome: outcome.kind, reason, hint })]
  }
  const steps = stepsOf(name, record, cleared, outcome, isPreview ? 'planned' : 'done')
  if (!damaged || steps.length === 0) return steps
  const reason = 'the copy of this file as it was before mcp-twin is damaged: what is yours in it stays as it is now'
  return [...steps, makeStep({ kind: 'write', ...name, change: 'none', outcome: isPreview ? 'planned' : 'done', reason })]
}

/** A read-only file that already says what it should stops nobody, though none such is written. */
async function needsNothing(system: System, here: ReachablePath, decide: Decide): Promise<boolean> {
  const mode = (await system.files.look(here))?.mode ?? 0o200
  return (mode & 0o200) === 0 && (await decide(await system.files.read(here), mode)).kind === 'nothing'
}

/**
 * The decision with the mode that the file had before us, where it still has the one that we give to files with keys. Other
 * programs keep it when they write the file, so that nobody else gives it back.
 */
function withFormerMode(decision: Decision, bytes: Uint8Array | null, mode: number | null, former: number | null): Decision {
  if (former === null || (former & 0o077) === 0 || mode === null || (mode & 0o777) !== 0o600) return decision
  if (decision.kind === 'replace') return { ...decision, mode: decision.mode ?? former }
  return decision.kind === 'nothing' && bytes !== null ? { kind: 'replace', bytes, holdsKey: false, mode: former } : decision
}

async function targetOf(
  system: System,
  world: World,
  self: Environment,
  { environment, client, file }: FileName,
  project: string | undefined,
): Promise<RewriteTarget | { readonly reason: string; readonly hint: string }> {
  const side = world.environments.find(({ id }) => id === environment)
  const here = side === undefined ? null : toHere(side, native(file))
  const definition = clientById(client)
  if (side === undefined || here === null)
    return {
      reason: side?.trouble?.reason ?? `${environment} cannot be reached from here`,
      hint: side?.trouble?.hint ?? `once ${environment} can be reached: mcp-twin uninstall`,
    }
  const bounds = await projectBounds(system, { environment: side, client: definition, file, project })
  return {
    here,
    shown: file,
    side: self.id,
    ...bounds,
    ...(definition?.ownLock !== undefined && bounds.within === null ? { ownLock: definition.ownLock } : {}),
    ...(definition !== null && bounds.within === null ? heldBeside(definition, here) : {}),
    ...keepMode(system, side, here),
  }
}

/** What the run's record says of them: an entry that stays as its person changed it was not changed. */
const changesOf = (cleared: readonly ClearedEntry[]): RecordedChange[] =>
  cleared.flatMap(({ name: entry, words, changed }) =>
    words === null ? { entry, change: 'remove', fields: [] } : changed ? { entry, change: 'update', fields: [] } : [],
  )

function stepsOf(
  name: FileName,
  record: FileState,
  cleared: readonly ClearedEntry[],
  { kind, after }: Pick<RewriteOutcome, 'kind' | 'after'>,
  outcome: Step['outcome'],
): Step[] {
  const steps = cleared.map(({ name: entry, words, changed }) => {
    const server = record.entries[entry]?.server ?? entry
    if (words === null) return makeStep({ kind: 'remove', ...name, server, change: 'remove', outcome })
    return makeStep({ kind: 'write', ...name, server, change: changed ? 'update' : 'none', outcome, reason: words })
  })
  if (kind !== 'written') return steps
  const isGone = after === null
  if (!isGone && steps.length > 0) return steps
  const reason = isGone ? 'created by mcp-twin, and now empty' : 'as it was before'
  return [...steps, makeStep({ kind: isGone ? 'remove' : 'write', ...name, change: isGone ? 'remove' : 'update', outcome, reason })]
}
