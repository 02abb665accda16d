import { basename } from 'node:path'
import type { Effort } from '../../../core/git/line-diff.ts'
import { objectId } from '../../../core/git/objects.ts'
import { type PatchSide, patchOf, withoutCarriageReturns } from '../../../core/git/patch.ts'
import type { Changed } from './changes.ts'
import type { CommittedFile } from './commit.ts'
import { type ObjectStore, TooLarge } from '../../../core/git/object-store.ts'
import type { OpenedFolder } from './opened.ts'
import { contentOf } from './tracked.ts'

/** Where the two sides of a change are read. */
export interface ComparedSides {
  readonly top: OpenedFolder
  readonly store: ObjectStore
  readonly effort: Effort
}

const submodule = 0o160000
const link = 0o120000

/**
 * The change of a file as git shows it. 'line ends': nothing else has changed; 'unread': it is too large, or no file that is read.
 * Throws UnreadableRepository for an object that is missing.
 */
export async function comparison(
  { path, old, now }: Changed,
  sides: ComparedSides,
): Promise<{ readonly patch: string } | 'line ends' | 'unread'> {
  if (now === 'unread') return 'unread'
  try {
    const before = old === null ? null : await stored(old, sides)
    const after = now === null ? null : now.isFromIndex ? await stored(now, sides) : await present(path, now, sides)
    // It has gone since it was looked at.
    if (after === null && now !== null) return 'unread'
    if (before !== null && after !== null && before.mode === after.mode && before.id !== after.id)
      if (withoutCarriageReturns(before.bytes).equals(withoutCarriageReturns(after.bytes))) return 'line ends'
    return { patch: patchOf(path, before, after, sides.effort) }
  } catch (error) {
    if (error instanceof TooLarge) return 'unread'
    throw error
  }
}

const commitOf = ({ mode, id }: CommittedFile): PatchSide => ({ mode, id, bytes: Buffer.from(`Subproject commit ${id}\n`) })

async function stored(state: CommittedFile, { store }: ComparedSides): Promise<PatchSide> {
  return state.mode === submodule ? commitOf(state) : { mode: state.mode, id: state.id, bytes: (await store.read(state.id)).bytes }
}

async function present(path: string, state: CommittedFile, { top }: ComparedSides): Promise<PatchSide | null> {
  if (state.mode === submodule) return commitOf(state)
  const bytes = await inFolderOf(top, path.split('/'), async (folder) => {
    const facts = await folder.look(basename(path))
    if (facts === null || facts.isDirectory() || (facts.isSymbolicLink() && state.mode !== link)) return null
    return contentOf(folder, basename(path), facts.isSymbolicLink())
  })
  // It may have changed since it was looked at.
  return bytes === null ? null : { mode: state.mode, id: objectId('blob', bytes), bytes }
}

/** Does something in the folder that a path lies in, opened name by name; null: there is none. */
async function inFolderOf<T>(
  folder: OpenedFolder,
  names: readonly string[],
  work: (folder: OpenedFolder) => Promise<T>,
): Promise<T | null> {
  const [name = '', ...rest] = names
  if (rest.length === 0) return work(folder)
  const below = await folder.below(name)
  try {
    return below === null ? null : await inFolderOf(below, rest, work)
  } finally {
    below?.close()
  }
}
