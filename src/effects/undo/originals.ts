import type { FileName } from '../../core/plan/records.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { oldestBackup } from '../store/oldest.ts'
import { type Originals, type TakenEntry, takenBefore } from '../store/originals.ts'
import type { OriginalFile } from './client-entries.ts'

/** The file before us; null: nothing tells. `damaged`: its copy is not as it was stored. */
export interface FoundOriginal {
  readonly file: OriginalFile | null
  readonly damaged: boolean
}

/** Finds what a file was before us: its first copy, else the oldest backup of it, which versions without first copies left. */
export async function originalOf(system: System, originals: Originals, backups: ReachablePath, name: FileName): Promise<FoundOriginal> {
  const kept = await originals.of(name)
  const isDamaged = (await originals.load()).isDamaged
  if (kept === null) {
    const oldest = await oldestBackup(system, backups, name)
    if (oldest === null) return { file: null, damaged: isDamaged }
    const { bytes, mode, folders, isCut } = oldest
    return {
      file: { ...{ bytes, mode, folders, entries: takenBefore(oldest) }, untouched: [], cut: isCut || isDamaged },
      damaged: isDamaged,
    }
  }
  const bytes = await originals.bytes(kept)
  const entries = kept.entries as Readonly<Record<string, TakenEntry>>
  const { mode, folders, cut } = kept
  // Without the bytes the values of single entries still count.
  if (bytes === 'lost') return { file: { bytes: null, mode, folders: 0, untouched: [], cut: true, entries }, damaged: true }
  return { file: { bytes, mode, folders, untouched: kept.alone ? kept.last : [], cut, entries }, damaged: isDamaged }
}
