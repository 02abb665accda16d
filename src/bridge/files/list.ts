import { type Dirent, constants } from 'node:fs'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { limits } from '../base/limits.ts'
import { inFolder } from '../policy/folder.ts'
import type { Policy } from '../policy/policy.ts'
import { codeOf, failed, fromFileTrouble, Refusal } from '../base/refusal.ts'
import { quoted } from './names.ts'
import { mayWrite } from './replace.ts'

export type EntryKind = 'file' | 'directory' | 'link' | 'other'

export interface ListedEntry {
  /** Relative to the listed folder. */
  readonly path: string
  readonly kind: EntryKind
}

export interface Listing {
  readonly real: string
  readonly entries: readonly ListedEntry[]
  /** Entries that are left out, since they are closed; those below them are not counted. */
  readonly closed: number
  /** Folders that are named and not entered, since what programs keep there would fill the answer. */
  readonly unentered: readonly string[]
  /** More is there than one answer holds. */
  readonly cut: boolean
}

/** Not entered below the folder that is listed. */
const ofPrograms: readonly string[] = ['.git', 'node_modules']

const kindOf = (entry: Dirent): EntryKind =>
  entry.isFile() ? 'file' : entry.isDirectory() ? 'directory' : entry.isSymbolicLink() ? 'link' : 'other'

/** Names in a folder and, to `depth`, in the folders below it. Links are named and not followed; closed things are counted and not shown. */
export async function list(policy: Policy, path: string, depth: number): Promise<Listing> {
  const root = await policy.existing(path, 'read')
  const isOpen = await policy.judge()
  const entries: ListedEntry[] = []
  const unentered: string[] = []
  let closed = 0
  let cut = false
  const walk = async (real: string, prefix: string, level: number): Promise<void> => {
    const found = await inFolder({ folder: real }, 'read', policy, (folder) => readdir(folder.at('.'), { withFileTypes: true }))
    for (const entry of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entries.length >= limits.listEntries) {
        cut = true
        return
      }
      const below = join(real, entry.name)
      if (!isOpen(below)) {
        closed++
        continue
      }
      const kind = kindOf(entry)
      entries.push({ path: prefix + entry.name, kind })
      if (kind !== 'directory' || level >= depth) continue
      if (ofPrograms.includes(entry.name)) {
        unentered.push(prefix + entry.name)
        continue
      }
      await walk(below, `${prefix}${entry.name}/`, level + 1).catch((error) => {
        // A folder that may not be opened, or went away, is named and left; one that is closed by what it is, is not named.
        if (error instanceof Refusal) {
          entries.pop()
          closed++
        } else if (!['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) throw error
      })
    }
  }
  try {
    await walk(root.real, '', 1)
  } catch (error) {
    if (codeOf(error) === 'ENOTDIR') throw failed(`${quoted(path)} is not a directory; read_file shows a file.`)
    throw fromFileTrouble(error, `${quoted(path)} cannot be listed`)
  }
  return { real: root.real, entries, closed, unentered, cut }
}

/** The files below a folder that were changed last, newest first. */
export async function newestFiles(policy: Policy, path: string, most: number): Promise<readonly { path: string; at: number }[]> {
  const { real, entries } = await list(policy, path, limits.listDepth)
  const files = entries.filter(({ kind }) => kind === 'file')
  const found = await Promise.all(
    files.map(async (file) => {
      const facts = await lstat(join(real, file.path)).catch(() => null)
      return facts === null ? [] : [{ path: file.path, at: facts.mtimeMs }]
    }),
  )
  return found
    .flat()
    .sort((a, b) => b.at - a.at)
    .slice(0, most)
}

export interface FileInfo {
  readonly path: string
  readonly kind: EntryKind
  readonly size: number
  readonly modified: string
  readonly created: string
  /** Permission bits, as `ls` numbers them. */
  readonly mode: string
  readonly links: number
  readonly writable: boolean
}

/** What is known about a file without reading it. */
export async function info(policy: Policy, path: string): Promise<FileInfo> {
  const found = await policy.existing(path, 'read')
  try {
    const { facts, isOpen } = await inFolder(found, 'read', policy, async (folder) => {
      const at = folder.at(found.name)
      const facts = await lstat(at)
      return { facts, isOpen: facts.isSymbolicLink() || mayWrite(at) }
    })
    return {
      path: found.real,
      kind: facts.isFile() ? 'file' : facts.isDirectory() ? 'directory' : facts.isSymbolicLink() ? 'link' : 'other',
      size: facts.size,
      modified: facts.mtime.toISOString(),
      created: facts.birthtime.toISOString(),
      mode: (facts.mode & 0o7777).toString(8).padStart(4, '0'),
      links: facts.nlink,
      writable: (facts.mode & constants.S_IWUSR) !== 0 && isOpen,
    }
  } catch (error) {
    throw fromFileTrouble(error, `${quoted(path)} cannot be looked at`)
  }
}
