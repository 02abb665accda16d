import { type FileName, recordOf } from '../../core/plan/records.ts'
import { TwinError } from '../../errors.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import type { ReachablePath } from '../../model/path.ts'
import { type State, stateSchema } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import { listRuns, readRun, type RunSummary } from '../store/history.ts'
import { bytesMax, runsMax } from '../store/retention.ts'
import { emptyState } from '../manifest/records.ts'

/** A file before we wrote it for the first time, as far as the backups go back. */
export interface OriginalFile {
  /** Null: the file did not exist. */
  readonly bytes: Uint8Array | null
  readonly mode: number | null
  /** How many folders above it we created. */
  readonly folders: number
  /** Entries that were ours already in the oldest backup: their former values are lost. */
  readonly owned: ReadonlySet<string>
  /** Digest of the file if only we have written it since; null: another program has. */
  readonly untouched: string | null
}

/** The original files, from the backups of home. */
export interface OriginalFiles {
  /** Older backups may have been removed, so the oldest one need not be the first. */
  readonly isCut: boolean
  of(name: FileName): Promise<OriginalFile | null>
}

/** With this total size, older backups may have been removed to make room. */
const suspectBytes = bytesMax / 2

/** Reads the backups of home. `statePath` is `state.json` as home spells it, `state` its present content. */
export async function originalFiles(system: System, backups: ReachablePath, statePath: string, state: State): Promise<OriginalFiles> {
  const listed = await listRuns(system, backups)
  const all = listed.filter((run) => !run.damaged).reverse()
  // Backups from before an earlier uninstall do not count.
  const end = all.findLastIndex(
    ({ command, files }) => command === 'uninstall' && files.some((file) => file.file === statePath && file.after === null),
  )
  const runs = all.slice(end + 1)
  const size = runs.reduce((sum, run) => run.files.reduce((all, file) => all + file.size, sum), 0)
  const isCut = listed.length === 0 || (end < 0 && listed.length >= runsMax) || all.length < listed.length || size > suspectBytes
  const of = async (name: FileName): Promise<OriginalFile | null> => {
    const touches = runs.flatMap((run) => run.files.filter((file) => isOne(file, name) && file.written).map((file) => ({ run, file })))
    const first = touches[0]
    if (first === undefined) return null
    const stored = await storedIn(system, backups, first.run, first.file)
    if (stored === 'lost') return null
    const before = isCut ? await stateBefore(system, backups, statePath, runs.slice(runs.indexOf(first.run)), state) : emptyState
    const isChain = touches.every(({ file }, at) => at === 0 || file.before === touches[at - 1]?.file.after)
    return {
      bytes: stored,
      mode: first.file.mode,
      folders: first.file.folders,
      owned: new Set(Object.keys(recordOf(before, name).entries)),
      untouched: isChain ? (touches.at(-1)?.file.after ?? null) : null,
    }
  }
  return { isCut, of }
}

const isOne = (file: BackedUpFile, { environment, client, file: path }: FileName): boolean =>
  file.environment === environment && file.client === client && file.file === path

async function storedIn(system: System, backups: ReachablePath, run: RunSummary, file: BackedUpFile): Promise<Uint8Array | null | 'lost'> {
  try {
    return await (await readRun(system, backups, run.id)).bytes(file)
  } catch (error) {
    if (error instanceof TwinError && error.code === 'backup-damaged') return 'lost'
    throw error
  }
}

/** Returns our records as they were before the first of these runs: their first backup since then. */
async function stateBefore(
  system: System,
  backups: ReachablePath,
  statePath: string,
  runs: readonly RunSummary[],
  now: State,
): Promise<State> {
  for (const run of runs) {
    const file = run.files.find((each) => each.client === null && each.file === statePath && each.written)
    if (file === undefined) continue
    const stored = await storedIn(system, backups, run, file)
    if (stored === 'lost') return now
    if (stored === null) return emptyState
    const parsed = stateSchema.safeParse(JSON.parse(new TextDecoder().decode(stored)))
    return parsed.success ? parsed.data : now
  }
  return now
}
