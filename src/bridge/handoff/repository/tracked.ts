import type { BigIntStats } from 'node:fs'
import type { IndexEntry } from '../../../core/git/index-file.ts'
import { objectId } from '../../../core/git/objects.ts'
import { isBinary, withoutCarriageReturns } from '../../../core/git/patch.ts'
import { limits } from '../../base/limits.ts'
import { codeOf, Refusal } from '../../base/refusal.ts'
import type { CommittedFile } from './commit.ts'
import { headOf } from './head.ts'
import type { OpenedFolder } from './opened.ts'

/** A tracked file in the working tree. `unread`: it cannot be compared, for its size, its kind or its permissions. */
export type Working = (CommittedFile & { readonly isFromIndex?: boolean; readonly withLineFeeds?: string }) | 'absent' | 'closed' | 'unread'

/** How the working tree is looked at. */
export interface TreeLook {
  /** When the index was written, in ns: a file as new as it may have changed since without a trace. */
  readonly indexedAt: bigint
  readonly isWindows: boolean
  /** Files there have a bit that says whether they are programs. */
  hasModes(path: string): boolean
  isOpen(path: string): boolean
}

const kinds = { file: 0o100644, program: 0o100755, link: 0o120000, submodule: 0o160000 } as const

/** What a file of the index is in the folder that it lies in. Its content is read only where its times and size do not tell. */
export async function workingFile(folder: OpenedFolder, name: string, entry: IndexEntry, looking: TreeLook): Promise<Working> {
  if (entry.isAssumed) return { mode: entry.mode, id: entry.id, isFromIndex: true }
  const facts = await folder.look(name)
  if (facts === null) return 'absent'
  const isOpen = looking.isOpen(entry.path)
  const mode = modeOf(facts, entry, looking)
  if (mode === kinds.submodule) return isOpen ? { mode, id: (await submoduleCommit(folder, name)) ?? entry.id } : 'closed'
  if (mode === null) return facts.isDirectory() ? 'absent' : 'unread'
  if (entry.stage === 0 && !entry.isIntended && mode >> 12 === entry.mode >> 12 && isAsIndexed(facts, entry, looking))
    return { mode, id: entry.id }
  if (!isOpen) return 'closed'
  if (facts.size > BigInt(limits.gitObject)) return 'unread'
  try {
    const bytes = await contentOf(folder, name, facts.isSymbolicLink())
    if (bytes === null) return 'absent'
    const id = objectId('blob', bytes)
    if (mode === kinds.link || isBinary(bytes) || !bytes.includes('\r\n')) return { mode, id }
    return { mode, id, withLineFeeds: objectId('blob', withoutCarriageReturns(bytes)) }
  } catch (error) {
    if (error instanceof Refusal && error.kind === 'denied') return 'closed'
    if (['EACCES', 'EPERM', 'EBUSY'].includes(codeOf(error))) return 'unread'
    throw error
  }
}

/** What a file or link of the working tree holds; null: it is gone. */
export async function contentOf(folder: OpenedFolder, name: string, isLink: boolean): Promise<Buffer | null> {
  return isLink ? folder.target(name) : folder.read(name, limits.gitObject)
}

function modeOf(facts: BigIntStats, entry: IndexEntry, { isWindows, hasModes }: TreeLook): number | null {
  if (facts.isDirectory()) return entry.mode === kinds.submodule ? kinds.submodule : null
  if (facts.isSymbolicLink()) return kinds.link
  if (!facts.isFile()) return null
  // Where links cannot be made, git writes files that hold what the links would.
  if (isWindows && entry.mode === kinds.link) return kinds.link
  if (!hasModes(entry.path)) return entry.mode === kinds.program ? kinds.program : kinds.file
  return (facts.mode & 0o100n) === 0n ? kinds.file : kinds.program
}

/** As git tells it (its racy-git document): size and times are what they were, and the file is older than the index. */
function isAsIndexed(facts: BigIntStats, entry: IndexEntry, { indexedAt, isWindows }: TreeLook): boolean {
  const isTime = (time: bigint, [seconds, nanoseconds]: readonly [number, number]): boolean =>
    BigInt.asUintN(32, time / 1_000_000_000n) === BigInt(seconds) && (nanoseconds === 0 || time % 1_000_000_000n === BigInt(nanoseconds))
  return (
    BigInt.asUintN(32, facts.size) === BigInt(entry.size) &&
    facts.mtimeNs < indexedAt &&
    isTime(facts.mtimeNs, entry.modified) &&
    // git for Windows keeps another time there, and no inode.
    (isWindows || (isTime(facts.ctimeNs, entry.changed) && BigInt.asUintN(32, facts.ino) === BigInt(entry.inode)))
  )
}

/** The commit that is checked out in a submodule with a git directory of its own in it; null: nothing is known of it. */
async function submoduleCommit(folder: OpenedFolder, name: string): Promise<string | null> {
  const inner = await folder.below(name)
  try {
    const own = (await inner?.below('.git')) ?? null
    try {
      return own === null ? null : (await headOf({ own, common: own })).commit
    } finally {
      own?.close()
    }
  } finally {
    inner?.close()
  }
}
