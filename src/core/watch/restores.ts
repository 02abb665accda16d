import type { State } from '../../model/state.ts'
import type { WatchedFile, WatchRecord } from '../../model/watch.ts'
import type { PlannedFile } from '../plan/plan.ts'
import { recordOf } from '../plan/records.ts'

/** Most restores of one file within an hour, so that two programs do not overwrite each other for ever. */
export const RESTORES_MAX = 3
export const HOUR_MS = 3_600_000

/** Which client file is meant. */
type FileKey = Pick<WatchedFile, 'environment' | 'client' | 'file'>

const same = (a: FileKey, b: FileKey): boolean => a.environment === b.environment && a.client === b.client && a.file === b.file

/** Returns the record of a file; an empty one where no entry was dropped. */
export const watchedFile = (record: WatchRecord, key: FileKey): WatchedFile =>
  record.files.find((each) => same(each, key)) ?? { ...plainKey(key), restored: [], stopped: null, entries: [] }

const plainKey = ({ environment, client, file }: FileKey): FileKey => ({ environment, client, file })

const withFile = (record: WatchRecord, file: WatchedFile): WatchRecord => ({
  ...record,
  files: [...record.files.filter((each) => !same(each, file)), file],
})

/** The restores that still count at `now`, in ms. */
const recent = (file: WatchedFile, now: number): string[] =>
  file.restored.filter((at) => now - Date.parse(at) < HOUR_MS && Date.parse(at) <= now)

/** May entries of this file be put back now? */
export const mayRestore = (record: WatchRecord, key: FileKey, now: number): boolean =>
  recent(watchedFile(record, key), now).length < RESTORES_MAX

/** When the next restore is allowed again, in ms since the epoch; null: at once. */
export function allowedAgain(record: WatchRecord, key: FileKey, now: number): number | null {
  const counted = recent(watchedFile(record, key), now)
  const oldest = counted.at(-RESTORES_MAX)
  return counted.length < RESTORES_MAX || oldest === undefined ? null : Date.parse(oldest) + HOUR_MS
}

/** The earliest time at which one of these files may be restored again, or something else is due; null: nothing has to wait. */
export function dueAgain(record: WatchRecord, keys: readonly FileKey[], now: number, others: readonly number[]): number | null {
  const times = [...others, ...keys.flatMap((key) => allowedAgain(record, key, now) ?? [])]
  return times.length === 0 ? null : Math.min(...times)
}

/** Entries were put back. */
export function restored(record: WatchRecord, key: FileKey, entries: readonly string[], now: number): WatchRecord {
  const file = watchedFile(record, key)
  return withFile(record, { ...file, restored: [...recent(file, now), new Date(now).toISOString()], stopped: null, entries: [...entries] })
}

/** Entries are left out from now on. A file that is stopped already keeps its time. */
export function stopped(record: WatchRecord, key: FileKey, entries: readonly string[], now: number): WatchRecord {
  const file = watchedFile(record, key)
  return withFile(record, {
    ...file,
    restored: recent(file, now),
    stopped: file.stopped ?? new Date(now).toISOString(),
    entries: [...entries],
  })
}

/** Nothing is dropped there any more. */
export function settled(record: WatchRecord, key: FileKey): WatchRecord {
  const file = watchedFile(record, key)
  return file.stopped === null ? record : withFile(record, { ...file, stopped: null })
}

/** A client file from which entries of ours were dropped. */
export interface Dropped {
  readonly file: PlannedFile
  /** Names in the file of the entries that its program dropped. */
  readonly entries: readonly string[]
  /** The plan takes it for a removal by hand; only what the watcher saw itself tells otherwise. */
  readonly wroteBack: boolean
}

/**
 * The part of a plan that restores entries. Wiped ones the plan knows itself. An entry that went alone it leaves to
 * the person who may have removed it, unless `wroteBack` says that the file is again as its running program had it in
 * memory before we wrote (the app rewrites its file from memory: anthropics/claude-code#34359, #32345).
 */
export function droppedEntries(files: readonly PlannedFile[], state: State, wroteBack: (file: PlannedFile) => boolean): Dropped[] {
  return files.flatMap((file): Dropped[] => {
    const known = recordOf(state, file.plan).entries
    const gone = file.plan.entries.filter(({ entryName }) => known[entryName] !== undefined && !file.plan.present.has(entryName))
    const wiped = gone.filter(({ step }) => step.kind === 'write' && step.change === 'add').map(({ entryName }) => entryName)
    if (wiped.length > 0) return [{ file, entries: wiped, wroteBack: false }]
    const removed = gone.filter(({ step }) => step.kind === 'refuse').map(({ entryName }) => entryName)
    return removed.length > 0 && wroteBack(file) ? [{ file, entries: removed, wroteBack: true }] : []
  })
}
