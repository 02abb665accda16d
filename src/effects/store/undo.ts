import { TwinError } from '../../errors.ts'
import type { BackedUpFile, RecordedChange } from '../../model/backup.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { BackupRun } from './backup.ts'
import type { Decision, RewriteOutcome, RewriteTarget } from './decision.ts'
import type { Reason } from '../../model/reason.ts'
import { digestOf } from './digest.ts'
import { listRuns, readRun, type RunSummary } from './history.ts'
import { previewRewrite } from './preview.ts'
import { rewriteFile } from './rewrite.ts'

/** Where a backed-up file is today, or why it cannot be reached from here. */
export type Locate = (file: BackedUpFile) => RewriteTarget | Reason | Promise<RewriteTarget | Reason>

/**
 * Restores our own entries (`names`) of a file to what they were in `before`, where its program has written it since.
 * Decides whether an entry that was edited since is refused or forced.
 */
export type Revert = (
  current: Uint8Array,
  before: Uint8Array | null,
  names: readonly string[],
  file: BackedUpFile,
) => Decision & { readonly left?: readonly string[] }

export interface UndoneFile {
  readonly file: BackedUpFile
  /** `whole`: byte for byte. `entries`: only ours, since the file has other changes. `none`: it was as before already. */
  readonly how: 'whole' | 'entries' | 'none'
  /** Entries that stay as they are although the file was restored. */
  readonly left: readonly string[]
  readonly outcome: RewriteOutcome
  /** What is written, or would be; null: it is removed; absent: it stays as it is. */
  readonly bytes?: Uint8Array | null
}

/** Digests of what an undo may write, of each file that it writes; null: it is removed. */
export type HeldBytes = ReadonlyMap<string, string | null>

const nameOf = ({ environment, client, file, hook, setting }: BackedUpFile): string =>
  JSON.stringify([environment, client, file, hook === true, setting ?? null])

/** What a preview would write, so that the undo behind it can be held to that. */
export const heldBytes = (files: readonly UndoneFile[]): HeldBytes =>
  new Map(files.flatMap(({ file, bytes }) => (bytes === undefined ? [] : [[nameOf(file), digestOf(bytes)]])))

async function changedSomething(system: System, run: RunSummary, locate: Locate): Promise<boolean> {
  for (const file of run.files) {
    if (file.written) return true
    // The run was killed before it could record that; the file itself shows it.
    const target = await locate(file)
    if ('here' in target && file.before !== file.after && digestOf(await system.files.read(target.here)) === file.after) return true
  }
  return false
}

/** The newest run that changed something and is not yet undone, itself no undo; null: there is none. Throws when it is damaged. */
export async function newestUndoable(system: System, folder: ReachablePath, locate: Locate): Promise<RunSummary | null> {
  for (const run of await listRuns(system, folder)) {
    if (run.damaged) {
      throw new TwinError('backup-damaged', `the backup of the newest run, ${run.id}, is damaged, so it cannot be undone`, {
        hint: 'to see the other runs, each of which can be named: mcp-twin undo list',
      })
    }
    if (run.undoes === null && !run.undone && (await changedSomething(system, run, locate))) return run
  }
  return null
}

type Note = (how: UndoneFile['how'], left?: readonly string[]) => void

/** Decides on one file. `note` is called with the way it is restored. */
function decideFor(file: BackedUpFile, before: Uint8Array | null, revert: Revert, force: boolean, note: Note) {
  return (current: Uint8Array | null): Decision => {
    const found = digestOf(current)
    note('none')
    if (found === file.before) return { kind: 'nothing' }
    const isUntouched = found === file.after
    if (current !== null && !isUntouched) {
      const { left = [], ...decision } = revert(current, before, file.entries, file)
      note('entries', left)
      return decision
    }
    note('whole')
    if (before === null) return { kind: 'remove', folders: file.folders }
    if (!isUntouched && !force) {
      return { kind: 'refuse', reason: `${file.file} has been removed since`, hint: 'to have it back as it was: mcp-twin undo --force' }
    }
    return { kind: 'replace', bytes: before, holdsKey: false, ...(file.mode === null ? {} : { mode: file.mode }) }
  }
}

/** What an undo does to an entry, in the words of a run. */
const inverse = ({ entry, change, fields }: RecordedChange): RecordedChange => ({
  entry,
  change: change === 'add' ? 'remove' : change === 'remove' ? 'add' : change,
  fields,
})

async function undoFile(system: System, file: BackedUpFile, before: Uint8Array | null, options: UndoOptions): Promise<UndoneFile> {
  const target = await options.locate(file)
  if (!('here' in target))
    return { file, how: 'none', left: [], outcome: { kind: 'refused', before: null, after: null, notices: [], ...target } }
  let how: UndoneFile['how'] = 'none'
  let left: readonly string[] = []
  const decide = decideFor(file, before, options.revert, options.force, (way, names = []) => {
    how = way
    left = names
  })
  const { run, held } = options
  let bytes: Uint8Array | null | undefined
  const heldDecide = (current: Uint8Array | null): Decision => {
    const decision = decide(current)
    bytes = decision.kind === 'replace' ? decision.bytes : decision.kind === 'remove' ? null : undefined
    const isOther = bytes !== undefined && held !== undefined && held.get(nameOf(file)) !== digestOf(bytes)
    return isOther ? { kind: 'refuse', reason: 'it changed while this was decided', hint: 'mcp-twin undo' } : decision
  }
  const outcome =
    run === null
      ? await previewRewrite(system, target, heldDecide)
      : await rewriteFile(system, target, heldDecide, run.forFile({ ...file, servers: undefined, changes: file.changes?.map(inverse) }))
  return { file, how, left, outcome, ...(outcome.kind === 'written' && bytes !== undefined ? { bytes } : {}) }
}

export interface UndoOptions {
  /** `backups` of home. */
  readonly folder: ReachablePath
  readonly id: string
  readonly locate: Locate
  readonly revert: Revert
  readonly force: boolean
  /** The run of this undo, opened with `undoes`: its files are backed up too. This function finishes it. Null: only a look. */
  readonly run: BackupRun | null
  /** Nothing else is written; absent: whatever is due. */
  readonly held?: HeldBytes | undefined
}

/**
 * Undoes a run, file by file, the last one first. Every backup is verified before anything is changed. The run
 * counts as undone once every file is as it should be; after refusals the same undo can be asked for again.
 */
export async function undoRun(system: System, options: UndoOptions): Promise<{ files: UndoneFile[]; run: string | null }> {
  const { index, bytes } = await readRun(system, options.folder, options.id)
  const files: UndoneFile[] = []
  for (const file of [...index.files].reverse()) files.push(await undoFile(system, file, await bytes(file), options))
  const complete = files.every(({ outcome, left }) => left.length === 0 && (outcome.kind === 'written' || outcome.kind === 'unchanged'))
  return { files, run: (await options.run?.finish({ complete })) ?? null }
}
