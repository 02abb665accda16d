import type { IndexEntry } from '../../../core/git/index-file.ts'
import type { Allowance } from './allowance.ts'
import type { CommittedFile } from './commit.ts'
import type { Working } from './tracked.ts'

/** A file that differs from the last commit. Null: it is not there. */
export interface Changed {
  readonly path: string
  readonly old: CommittedFile | null
  readonly now: Exclude<Working, 'absent' | 'closed'> | null
}

/** What differs between the last commit and the working tree. */
export interface RepositoryChanges {
  readonly changed: readonly Changed[]
  /** The same but for CRLF at the ends of lines. */
  readonly inLineEndsOnly: readonly string[]
  readonly conflicts: readonly string[]
  /** How many changed files are closed. */
  readonly closed: number
  /** How many files have names that are no UTF-8. */
  readonly nameless: number
}

interface Compared {
  readonly committed: ReadonlyMap<string, CommittedFile>
  readonly index: readonly IndexEntry[]
  readonly tracked: ReadonlyMap<string, Working>
  readonly allowance: Allowance
  isOpen(path: string): boolean
}

/** Compares as `git diff HEAD` does: what is not in the index counts as gone, wherever it lies. Each path is judged by itself. */
export async function changesIn({ committed, index, tracked, allowance, isOpen }: Compared): Promise<RepositoryChanges> {
  const changed: Changed[] = []
  const inLineEndsOnly: string[] = []
  let closed = 0
  let nameless = 0
  const indexed = new Map(index.map((entry) => [entry.path, entry]))
  for await (const path of allowance.each([...new Set([...committed.keys(), ...indexed.keys()])].sort())) {
    if (path.includes('\ufffd')) {
      nameless++
      continue
    }
    const old = committed.get(path) ?? null
    const entry = indexed.get(path)
    const working = entry === undefined ? 'absent' : (tracked.get(path) ?? unseen(entry, isOpen(path)))
    const now = working === 'absent' ? null : working
    if (old === null && now === null) continue
    if (typeof now === 'object' && now !== null && old !== null && now.mode === old.mode) {
      if (now.id === old.id) continue
      if (isOpen(path) && now.withLineFeeds === old.id) {
        inLineEndsOnly.push(path)
        continue
      }
    }
    if (now === 'closed' || !isOpen(path)) closed++
    else changed.push({ path, old, now })
  }
  const conflicts: string[] = []
  for await (const path of allowance.each(new Set(index.filter(({ stage }) => stage > 0).map((entry) => entry.path))))
    if (isOpen(path)) conflicts.push(path)
  return { changed, inLineEndsOnly, conflicts, closed, nameless }
}

/** A file in a folder that is not there, or is closed: then only what is staged is known to differ. */
function unseen({ isAssumed, mode, id }: IndexEntry, isOpen: boolean): Working {
  return isAssumed || !isOpen ? { mode, id, isFromIndex: true } : 'absent'
}
