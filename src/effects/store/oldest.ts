import type { FileName } from '../../core/plan/records.ts'
import type { JsonValue } from '../../model/entry.ts'
import { TwinError } from '../../errors.ts'
import type { BackedUpFile } from '../../model/backup.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { type RunSummary, listRuns, readRun } from './history.ts'
import { bytesMax, runsMax } from './retention.ts'
import { clientById } from '../../catalog/clients/index.ts'
import { loadFormats } from '../../core/formats/index.ts'
import { readClientFile } from '../../core/plan/file.ts'

/** The entries of a client's file, by name; null: the file cannot be read. */
export async function entriesIn(client: string, bytes: Uint8Array | null): Promise<ReadonlyMap<string, JsonValue> | null> {
  const definition = clientById(client)
  if (definition === null) return null
  await loadFormats([definition])
  const read = readClientFile(definition, bytes)
  return read.ok ? new Map(read.document.entries().map(({ name, value }) => [name, value])) : null
}

/** A file as the oldest backup of it knows it. */
export interface OldestBackup {
  readonly bytes: Uint8Array | null
  readonly mode: number | null
  readonly folders: number
  /** Older backups may have been removed, so that it need not be the first. */
  readonly isCut: boolean
  /** What each entry said before the first run that changed it; null: it was not there, and a run of ours added it. */
  readonly entries: Readonly<Record<string, JsonValue | null>>
}

/** An uninstall that ended: what was backed up before it belongs to an earlier life. */
const ends = ({ command, files }: RunSummary): boolean =>
  command === 'uninstall' && files.some(({ client, file, after }) => client === null && after === null && /[\\/]state\.json$/.test(file))

const isOf = (file: BackedUpFile, place: FileName): boolean =>
  file.environment === place.environment &&
  file.client === place.client &&
  file.file === place.file &&
  file.hook !== true &&
  file.setting === undefined

/** The oldest backup of a client's file since the last uninstall; null: there is none that can be read. */
export async function oldestBackup(system: System, backups: ReachablePath, place: FileName): Promise<OldestBackup | null> {
  const listed = await listRuns(system, backups)
  const all = listed.filter((run) => !run.damaged).reverse()
  const end = all.findLastIndex(ends)
  const runs = all.slice(end + 1)
  const size = runs.reduce((sum, run) => run.files.reduce((all, file) => all + file.size, sum), 0)
  const isCut = (end < 0 && listed.length >= runsMax) || all.length < listed.length || size > bytesMax / 2
  let oldest: Pick<OldestBackup, 'bytes' | 'mode' | 'folders'> | null = null
  const entries = new Map<string, JsonValue | null>()
  let isWhole = !isCut
  for (const run of runs) {
    const file = run.files.find((each) => isOf(each, place) && each.written)
    if (file === undefined) continue
    try {
      const bytes = await (await readRun(system, backups, run.id)).bytes(file)
      oldest ??= { bytes, mode: file.mode, folders: file.folders }
      const present = await entriesIn(place.client, bytes)
      if (present === null) isWhole = false
      else for (const name of file.entries) if (!entries.has(name)) entries.set(name, present.get(name) ?? null)
    } catch (error) {
      if (!(error instanceof TwinError) || error.code !== 'backup-damaged') throw error
      if (oldest === null) return null
      isWhole = false
    }
  }
  if (oldest === null) return null
  // Where older backups are gone, an entry that was not there may have been taken out by us.
  const known = [...entries].filter(([, value]) => value !== null || isWhole)
  return { ...oldest, isCut: !isWhole, entries: Object.fromEntries(known) }
}
