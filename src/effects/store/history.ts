import { nearest } from '../../core/nearest.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { BackedUpFile, RunIndex } from '../../model/backup.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { digestOf } from './digest.ts'
import { indexPath, isRunId, readIndex, runIds, storedPath } from './run-index.ts'

/** A run as a list shows it. */
export interface RunSummary {
  readonly id: string
  readonly at: string
  readonly command: string
  readonly files: readonly BackedUpFile[]
  /** The run that this one undid. */
  readonly undoes: string | null
  /** A later undo brought everything back, and is not undone itself. */
  readonly undone: boolean
  /** Its index is not as we wrote it; nothing of it can be used. */
  readonly damaged: boolean
}

const timeOf = (id: string): string => id.replace(/^(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)-.*$/, '$1-$2-$3T$4:$5:$6.000Z')

/** All runs that changed something, newest first. `folder`: `backups` of home. */
export async function listRuns(system: System, folder: ReachablePath): Promise<RunSummary[]> {
  const undone = new Set<string>()
  const runs: RunSummary[] = []
  for (const id of await runIds(system, folder)) {
    const index = await readIndex(system, folder, id)
    if (index === 'absent') continue
    if (index === 'damaged') {
      runs.push({ id, at: timeOf(id), command: '', files: [], undoes: null, undone: false, damaged: true })
      continue
    }
    const { at, command, files, undoes, complete } = index
    // Newest first, so that an undo which was itself undone is known before the run it undid.
    if (undoes !== undefined && complete === true && !undone.has(id)) undone.add(undoes)
    runs.push({ id, at, command, files, undoes: undoes ?? null, undone: undone.has(id), damaged: false })
  }
  return runs
}

/** A run whose backups are whole. */
export interface StoredRun {
  readonly index: RunIndex
  /** The bytes of one of its files as they were; null: it was not there. */
  bytes(file: BackedUpFile): Promise<Uint8Array | null>
}

const damaged = (id: string, what: string, file: string): TwinError =>
  new TwinError('backup-damaged', `the backup of run ${id} is damaged: ${what}. Nothing was changed`, {
    place: { file },
    hint: 'to see the other runs: mcp-twin undo list',
  })

/** Opens a run for undo. Throws when it does not exist, or when its index or any of its files is not as it was stored. */
export async function readRun(system: System, folder: ReachablePath, id: string): Promise<StoredRun> {
  const index = isRunId(id) ? await readIndex(system, folder, id) : 'absent'
  if (index === 'absent') {
    // `undo lsit` means a verb.
    const guess = nearest(id, [...(await runIds(system, folder)), 'list'])
    throw usageError(`there is no run ${id}`, { hint: guess === null ? 'mcp-twin undo list' : `did you mean "${guess}"?` })
  }
  if (index === 'damaged') throw damaged(id, 'its index is not as it was written', indexPath(folder, id))
  const bytes = async (file: BackedUpFile): Promise<Uint8Array | null> => {
    if (file.stored === null) return null
    const path = storedPath(folder, id, file.stored)
    const stored = (await system.files.look(path))?.kind === 'file' ? await system.files.read(path) : null
    if (stored === null) throw damaged(id, `${file.stored} is missing`, path)
    if (digestOf(stored) !== file.before) throw damaged(id, `${file.stored} is not as it was stored`, path)
    return stored
  }
  for (const file of index.files) await bytes(file)
  return { index, bytes }
}
