import type { PlannedFile } from '../plan/plan.ts'
import { recordOf } from '../plan/records.ts'
import type { State } from '../../model/state.ts'

/** One client file from which entries of ours have gone. */
export interface Dropped {
  readonly file: PlannedFile
  /** Names in the file of the entries that its program dropped. */
  readonly entries: readonly string[]
  /** The plan takes it for a removal by hand; only what the watcher saw itself tells otherwise. */
  readonly wroteBack: boolean
}

/**
 * What of a plan is the putting back of entries. Wiped ones the plan knows itself. An entry that went alone it leaves to
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
