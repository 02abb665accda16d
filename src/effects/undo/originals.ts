import type { FileName } from '../../core/plan/records.ts'
import { withKeys } from '../../core/keys/by-name.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { oldestBackup } from '../store/oldest.ts'
import type { Originals } from '../store/originals.ts'
import { type TakenEntry, takenBefore } from '../store/taken.ts'
import type { OriginalFile } from './client-entries.ts'

/** The file before us; null: nothing tells. `damaged`: its copy is not as it was stored. */
export interface FoundOriginal {
  readonly file: OriginalFile | null
  readonly damaged: boolean
}

type KeyOf = (name: string) => Promise<Secret | null>

/** What entries said, with their keys again. */
async function filled(entries: Readonly<Record<string, TakenEntry>>, keyOf: KeyOf): Promise<OriginalFile['entries']> {
  const keys = new Map<string, Secret>()
  for (const name of new Set(Object.values(entries).flatMap((each) => each.keys ?? []))) {
    const key = await keyOf(name)
    if (key !== null) keys.set(name, key)
  }
  return Object.fromEntries(
    Object.entries(entries).map(([name, { keys: named, ...taken }]) => [
      name,
      named === undefined
        ? { ...taken, lacks: [] }
        : { ...taken, was: withKeys(taken.was, keys), lacks: named.filter((each) => !keys.has(each)) },
    ]),
  )
}

/**
 * Finds what a file was before us: its first copy, or the oldest backup of it where the first copies were removed.
 * `keyOf`: a key of the store.
 */
export async function originalOf(
  system: System,
  originals: Originals,
  backups: ReachablePath,
  name: FileName,
  keyOf: KeyOf,
): Promise<FoundOriginal> {
  const kept = await originals.of(name)
  const { isDamaged, isPartial } = await originals.load()
  if (kept === null) {
    const oldest = isPartial ? await oldestBackup(system, backups, name) : null
    if (oldest === null) return { file: null, damaged: isDamaged }
    const { bytes, mode, folders, isCut } = oldest
    return {
      file: { ...{ bytes, mode, folders, entries: await filled(takenBefore(oldest), keyOf) }, untouched: [], cut: isCut || isDamaged },
      damaged: isDamaged,
    }
  }
  const bytes = kept.uncopied === true ? null : await originals.bytes(kept)
  const entries = await filled(kept.entries as Readonly<Record<string, TakenEntry>>, keyOf)
  const { mode, folders, cut } = kept
  // Without the bytes the values of single entries still count.
  if (bytes === 'lost') return { file: { bytes: null, mode, folders: 0, untouched: [], cut: true, entries }, damaged: true }
  if (kept.uncopied === true)
    return { file: { ...{ bytes: null, mode: null, folders: 0, untouched: [], cut }, uncopied: true, entries }, damaged: isDamaged }
  return { file: { bytes, mode, folders, untouched: kept.alone ? kept.last : [], cut, entries }, damaged: isDamaged }
}
