import type { BackedUpFile } from '../../model/backup.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { Backup } from './decision.ts'
import { type FileNote, Journal, type RunAbout } from './journal.ts'
import { Originals } from './originals.ts'
import { prune } from './retention.ts'
import { ifPossible } from './trouble.ts'

export type { FileNote, RunAbout } from './journal.ts'

/** One run and its backups. Nothing is made on the disk before the first file is backed up. */
export interface BackupRun {
  /** The backup of one file, to be given to `rewriteFile`. */
  forFile(note: FileNote): Backup
  /**
   * Ends the run and removes backups beyond the limits. Returns its id; null: it changed no file. `complete`: this undo restored
   * everything, and the other run counts as undone.
   */
  finish(end?: { complete: boolean }): Promise<string | null>
  /** The first copies of the clients' files, which no limit removes. */
  readonly originals: Originals
}

type InTurn = <T>(work: () => Promise<T>) => Promise<T>

/** Runs one task at a time: the index of a run is one file. */
function turns(): InTurn {
  let last: Promise<unknown> = Promise.resolve()
  return (work) => {
    const turn = last.then(work, work)
    last = turn.catch(() => undefined)
    return turn
  }
}

function backupOf(journal: Journal, originals: Originals, note: FileNote, inTurn: InTurn): Backup {
  const { environment, client, file } = note
  const holdsEntries = client !== null && note.hook !== true && note.setting === undefined
  let pending: BackedUpFile | null = null
  const discard = async (): Promise<void> => {
    const entry = pending
    pending = null
    if (entry === null) return
    await journal.drop(entry)
    if (holdsEntries) await originals.discard({ environment, client, file })
  }
  return {
    save: (saved) =>
      inTurn(async () => {
        const earlier = pending
        if (holdsEntries) await originals.keep({ environment, client, file }, saved, note.entries)
        pending = await journal.add(note, saved)
        if (earlier !== null) await journal.drop(earlier)
      }),
    wrote: () =>
      inTurn(async () => {
        if (pending === null) return
        pending.written = true
        pending = null
        if (holdsEntries) await originals.wrote({ environment, client, file })
        await journal.write()
      }),
    discard: () => inTurn(discard),
  }
}

/** `folder`: `backups` of home. */
export function openRun(system: System, folder: ReachablePath, about: RunAbout): BackupRun {
  const journal = new Journal(system, folder, about)
  const originals = new Originals(system, folder)
  const inTurn = turns()
  return {
    originals,
    forFile: (note) => backupOf(journal, originals, note, inTurn),
    finish: (end) =>
      inTurn(async () => {
        await ifPossible(originals.sweep())
        const isComplete = end?.complete === true && about.undoes !== undefined
        if (isComplete) await journal.complete()
        if (journal.started === null) return null
        const id = await journal.started
        if (journal.files.length === 0 && !isComplete) await ifPossible(journal.forget())
        await ifPossible(prune(system, folder, id))
        return journal.files.length === 0 ? null : id
      }),
  }
}
