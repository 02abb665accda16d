import { clientById } from '../../catalog/clients/index.ts'
import { loadFormats } from '../../core/formats/index.ts'
import { layout } from '../../core/layout.ts'
import { editedWords } from '../../core/plan/revert.ts'
import { type FileName, recordOf } from '../../core/plan/records.ts'
import { makeStep } from '../../core/plan/step.ts'
import { TwinError } from '../../errors.ts'
import type { Original } from '../../model/original.ts'
import type { Step } from '../../model/plan.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { FileState, State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { openRun } from '../store/backup.ts'
import { listRuns, readRun, type RunSummary } from '../store/history.ts'
import { entriesIn } from '../store/oldest.ts'
import type { Originals } from '../store/originals.ts'
import { type HeldBytes, newestUndoable, type UndoneFile, undoRun } from '../store/undo.ts'
import { type Situation, reach } from '../manifest/open.ts'
import { loadState, saveState } from '../manifest/records.ts'
import type { IsOurs } from './undo-manifest.ts'
import { locator, parseState, reverter, withEntries, withRecords } from './undo-files.ts'

/** The result of an undo. */
export interface Undone {
  readonly id: string
  readonly run: string | null
  readonly steps: readonly Step[]
  readonly changed: boolean
  /** Every file is as it was: the run counts as undone. */
  readonly complete: boolean
  /** What the run was: the name of its command. */
  readonly command: string
  /** Where it is not complete: the next older run that can be undone. */
  readonly older: string | null
  /** Clients whose files were written. */
  readonly written: ReadonlySet<string>
  readonly files: readonly UndoneFile[]
}

const backupsOf = ({ home }: Pick<Situation, 'home'>) => reach(home, layout(home.environment, home.folder).backups)

/** Returns all runs, newest first, whatever the manifest says. */
export const runsOf = (system: System, at: Pick<Situation, 'home'>): Promise<RunSummary[]> => listRuns(system, backupsOf(at))

/** How a run is undone. */
export interface UndoWishes {
  /** The run; undefined: the newest that changed something and is not undone yet. */
  readonly named: string | undefined
  /** Also what was edited since. */
  readonly force: boolean
  /** Only shows what would be done. */
  readonly isPreview: boolean
  /** What a preview would write, where nothing else may be. */
  readonly held?: HeldBytes | undefined
}

/** Undoes one run; null: there is none. */
export async function undo(system: System, situation: Situation, { named, force, isPreview, held }: UndoWishes): Promise<Undone | null> {
  const folder = backupsOf(situation)
  const locate = locator(system, situation)
  const id = named ?? (await newestUndoable(system, folder, locate))?.id
  if (id === undefined) return null
  const { index } = await readRun(system, folder, id)
  // The manifest alone moves nothing.
  if (index.command === 'store')
    throw new TwinError('refused', 'A move of the store is not undone by putting a file back.', { hint: 'mcp-twin store move embedded' })
  await loadFormats(index.files.flatMap(({ client }) => (client === null ? [] : (clientById(client) ?? []))))
  const run = isPreview ? null : openRun(system, folder, { command: 'undo', at: system.now(), undoes: id })
  const revert = reverter(situation, index.files, await recordsAfter(system, situation, id), {
    force,
    isOurs: await oursIn(system, folder),
  })
  const { files, run: ownRun } = await undoRun(system, { folder, id, locate, revert, force, run, held })
  if (run !== null) {
    await keepRecords(system, situation, files)
    for (const { file, outcome } of files)
      if (file.client !== null && outcome.kind === 'written') await run.originals.putBack({ ...file, client: file.client }, file.entries)
    await dropOriginals(system, situation, run.originals, files)
    await giveBack(system, situation, run.originals, files)
  }
  const complete = isComplete(files)
  return {
    id,
    files,
    complete,
    command: index.command,
    older: complete ? null : await olderThan(system, folder, id),
    run: ownRun,
    steps: files
      .filter((file) => isReported(file, situation))
      .flatMap(stepsOf)
      .map((step) => (isPreview && step.outcome === 'done' ? { ...step, outcome: 'planned' as const } : step)),
    changed: files.some(({ file, outcome }) => outcome.kind === 'written' && (file.client !== null || isManifest(file, situation))),
    written: new Set(files.flatMap(({ file, outcome }) => (outcome.kind === 'written' && file.client !== null ? [file.client] : []))),
  }
}

/** Forgets the first copies of files that hold nothing of ours any more: what their person writes from now on comes before us. */
async function dropOriginals(system: System, situation: Situation, originals: Originals, files: readonly UndoneFile[]): Promise<void> {
  const state = await loadState(system, situation.statePath)
  const isSame = (place: FileName, { file }: UndoneFile): boolean =>
    file.environment === place.environment && file.client === place.client && file.file === place.file
  await originals.drop((original) => {
    if (!isEmpty(recordOf(state, original).entries)) return false
    const undone = files.find((each) => isSame(original, each))
    // Only a file that is as before us has nothing left to give back: what is disabled is in no file.
    return undone === undefined ? isNeverWritten(original) : (undone.outcome.after ?? null) === original.before
  })
}

/** What stands in these files without a record of ours is its person's, who may also take it out. */
async function giveBack(system: System, situation: Situation, originals: Originals, files: readonly UndoneFile[]): Promise<void> {
  const state = await loadState(system, situation.statePath)
  const locate = locator(system, situation)
  for (const { file } of files) {
    const target = await locate(file)
    if (file.client === null || file.hook === true || file.setting !== undefined || !('here' in target)) continue
    const place = { ...file, client: file.client }
    const present = await entriesIn(file.client, await system.files.read(target.here))
    const { entries } = recordOf(state, place)
    await originals.giveBack(
      place,
      [...(present?.keys() ?? [])].filter((name) => !Object.hasOwn(entries, name)),
    )
  }
}

/** Its entries were only taken over. */
const isNeverWritten = ({ last }: Original): boolean => last.length < 2

const isEmpty = (entries: FileState['entries']): boolean => Object.keys(entries).length === 0

const isDone = ({ outcome, left }: UndoneFile): boolean => left.length === 0 && (outcome.kind === 'written' || outcome.kind === 'unchanged')
const isComplete = (files: readonly UndoneFile[]): boolean => files.every(isDone)

/** The newest run before this one that is no undo and not undone. */
async function olderThan(system: System, folder: ReachablePath, id: string): Promise<string | null> {
  const runs = await listRuns(system, folder)
  const rest = runs.slice(runs.findIndex((each) => each.id === id) + 1)
  return rest.find(({ undoes, undone, damaged }) => undoes === null && !undone && !damaged)?.id ?? null
}

/** A manifest: the one in use, or that of the user or of a project, which a run typed elsewhere may have changed. */
const isManifest = ({ client, file }: UndoneFile['file'], { place }: Situation): boolean =>
  client === null && (file === place.shown || /[\\/]mcp-twin\.json$/.test(file))

/** Of our own files only manifests are reported, unless one failed. */
const isReported = ({ file, outcome }: UndoneFile, situation: Situation): boolean =>
  file.client !== null || isManifest(file, situation) || outcome.kind === 'refused' || outcome.kind === 'failed'

/** What our runs, as far as they are kept, wrote of servers into manifests. */
async function oursIn(system: System, folder: ReachablePath): Promise<IsOurs> {
  const files = (await listRuns(system, folder)).flatMap((run) => run.files)
  return (manifest, name, digest) =>
    files.some(
      ({ client, file, servers }) =>
        client === null && file === manifest && servers?.some((each) => each.server === name && each.digest === digest) === true,
    )
}

/** Our records as a run left them, which the next run that changed them has kept; null: no later run did. */
async function recordsAfter(system: System, situation: Situation, id: string): Promise<State | null> {
  const { environment, folder } = situation.home
  const shown = layout(environment, folder).state
  const runs = await listRuns(system, backupsOf(situation))
  for (const run of runs
    .slice(
      0,
      runs.findIndex((each) => each.id === id),
    )
    .reverse()) {
    const file = run.damaged ? undefined : run.files.find((each) => each.client === null && each.file === shown)
    if (file === undefined) continue
    try {
      return parseState(await (await readRun(system, backupsOf(situation), run.id)).bytes(file))
    } catch (error) {
      if (error instanceof TwinError && error.code === 'backup-damaged') return null
      throw error
    }
  }
  return null
}

/** Keeps the records of files that were not undone. */
async function keepRecords(system: System, situation: Situation, files: readonly UndoneFile[]): Promise<void> {
  const whole = files.filter(({ outcome }) => outcome.kind === 'refused' || outcome.kind === 'failed').map(({ file }) => file)
  const partly = files.filter(({ left }) => left.length > 0)
  if (whole.length === 0 && partly.length === 0) return
  const now = withRecords(await loadState(system, situation.statePath), situation.state, whole)
  await saveState(
    system,
    situation.statePath,
    partly.reduce((state, { file, left }) => withEntries(state, situation.state, file, left), now),
  )
}

/** Returns a step for each entry that was left alone, and one for the rest of the file. */
function stepsOf(undone: UndoneFile): Step[] {
  const { file, left } = undone
  const place = { environment: file.environment, client: file.client, file: file.file }
  const others = { ...file, entries: file.entries.filter((name) => !left.includes(name)) }
  return [
    ...left.map((server) => makeStep({ kind: 'refuse', ...place, server, ...editedWords(server) })),
    stepOf({ ...undone, file: others }),
  ]
}

function stepOf({ file, how, outcome }: UndoneFile): Step {
  const { environment, client, entries } = file
  const place = { environment, client, file: file.file, server: entries.length === 1 ? (entries[0] ?? null) : null }
  if (outcome.kind === 'refused') return makeStep({ kind: 'refuse', ...place, reason: outcome.reason ?? null, hint: outcome.hint ?? null })
  if (outcome.kind === 'failed')
    return makeStep({ kind: 'write', ...place, outcome: 'failed', reason: outcome.reason ?? null, hint: outcome.hint ?? null })
  const isRemoved = file.stored === null && how === 'whole' && outcome.kind === 'written'
  const words = isRemoved
    ? 'removed: it did not exist before'
    : how === 'whole'
      ? 'restored byte for byte'
      : how === 'entries' && outcome.kind === 'written' && file.client === null
        ? 'the servers of that run went back; your other edits stay'
        : how === 'entries' && outcome.kind === 'written'
          ? `only our entries were restored: ${entries.join(', ')}`
          : 'already as before'
  return makeStep({
    kind: isRemoved ? 'remove' : 'write',
    ...place,
    change: isRemoved ? 'remove' : outcome.kind === 'written' ? 'update' : 'none',
    outcome: 'done',
    reason: words,
  })
}
