import { pathTrouble } from '../../../core/git/names.ts'
import { treeEntries, treeOf } from '../../../core/git/objects.ts'
import { UnreadableRepository } from '../../../core/git/unreadable.ts'
import { limits } from '../../base/limits.ts'
import { inName } from '../../base/text.ts'
import type { Allowance } from './allowance.ts'
import { type ObjectStore, TooLarge } from '../../../core/git/object-store.ts'

/** A file as a commit, an index or a working tree has it. */
export interface CommittedFile {
  /** As git knows it: 0o100644, 0o100755, 0o120000 (link) or 0o160000 (submodule). */
  readonly mode: number
  readonly id: string
}

const folderMode = 0o40000

/** The files of a commit by their paths; null commit: none. Throws UnreadableRepository, also for a path that git would not check out. */
export async function filesOf(
  commit: string | null,
  { store, allowance, isWindows }: { store: ObjectStore; allowance: Allowance; isWindows: boolean },
): Promise<Map<string, CommittedFile>> {
  const files = new Map<string, CommittedFile>()
  const folders = commit === null ? [] : [{ path: '', id: treeOf(await whole(store, commit)), depth: 0 }]
  let room: number = limits.gitNameBytes
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.depth > limits.gitDepth) throw new UnreadableRepository(`its folders are nested deeper than ${limits.gitDepth}`)
    for await (const { name, mode, id } of allowance.each(treeEntries(await whole(store, folder.id)))) {
      const path = folder.path + name
      allowance.takeNames(1)
      room -= path.length
      if (room < 0) throw new UnreadableRepository('the names in its last commit are too long')
      refuseBadPath(name, path, isWindows)
      if (mode === folderMode) folders.push({ path: `${path}/`, id, depth: folder.depth + 1 })
      else files.set(path, { mode: usual(mode), id })
    }
  }
  return files
}

/** Old commits have modes such as 0o100664. */
const usual = (mode: number): number => (mode >> 12 === 8 ? ((mode & 0o100) === 0 ? 0o100644 : 0o100755) : mode)

/** `part`: what of a path is looked at. Throws UnreadableRepository for one that git would not check out. */
export function refuseBadPath(part: string, path: string, isWindows: boolean): void {
  const trouble = pathTrouble(part, isWindows)
  if (trouble !== null) throw new UnreadableRepository(`the name "${inName(path)}" in it ${trouble}, and is not allowed`)
}

async function whole(store: ObjectStore, id: string) {
  try {
    return await store.read(id)
  } catch (error) {
    if (error instanceof TooLarge) throw new UnreadableRepository(`object ${id} is too large`)
    throw error
  }
}
