import { realpath } from 'node:fs/promises'
import { resolve } from 'node:path'
import { indexEntries } from '../../core/git/index-file.ts'
import { namesShare, pathTrouble } from '../../core/git/names.ts'
import { ObjectStore, TooLarge } from '../../core/git/object-store.ts'
import { UnreadableRepository } from '../../core/git/unreadable.ts'
import { PlainFolder } from '../git/plain-folder.ts'
import { isTrouble } from '../store/trouble.ts'

const KiB = 1024
const MiB = 1024 * KiB
const INDEX_MAX = 64 * MiB
const LINK_MAX = 4 * KiB
const ALL_BYTES_MAX = 256 * MiB
const bounds = { object: 4 * MiB, cache: 16 * MiB, deltas: 4095, packs: 256 }
const names = { most: 500_000, mostNameBytes: 128 * MiB }

/** A file of the index: its name below the root, with `/`, and what is staged of it. */
export interface Staged {
  readonly name: string
  readonly blob: string
}

/** What a repository tells, or why it does not. */
type Told<T> = T | { readonly trouble: string }

/**
 * Returns the files of the index of the repository at `root`, without links and submodules. Git is not started: it would read what the
 * repository configures, and wait for pipes.
 */
export async function stagedFiles(root: string): Promise<Told<readonly Staged[]>> {
  return told(async () => {
    const { own } = await directoriesOf(root)
    const bytes = await own.read('index', INDEX_MAX)
    const entries = bytes === null ? [] : await indexEntries(bytes, { ...names, pause: () => Promise.resolve() })
    return entries.flatMap(({ path, id, mode }) =>
      mode >> 12 === 8 && pathTrouble(path, false) === null ? [{ name: path, blob: id }] : [],
    )
  })
}

/** Returns the staged content of those blobs that can be read, unconverted. */
export async function contentOf(root: string, blobs: readonly string[]): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  if (blobs.length === 0) return found
  await told(async () => {
    let left = ALL_BYTES_MAX
    const take = async (bytes: number): Promise<void> => {
      left -= bytes
      if (left < 0) throw new UnreadableRepository('what is staged is too much')
    }
    const store = await ObjectStore.open((await directoriesOf(root)).common, { ...bounds, take })
    try {
      for (const blob of new Set(blobs)) {
        const object = await store.read(blob).catch((error) => {
          if (error instanceof TooLarge) return null
          throw error
        })
        if (object !== null) found.set(blob, object.bytes)
      }
    } finally {
      await store.close()
    }
  })
  return found
}

async function told<T>(ask: () => Promise<T>): Promise<Told<T>> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof UnreadableRepository) return { trouble: error.message }
    throw error
  }
}

/** `.git`, or what it names: the directory of a submodule, or of a worktree, which names the common one. */
async function directoriesOf(root: string): Promise<{ readonly own: PlainFolder; readonly common: PlainFolder }> {
  const top = new PlainFolder(root)
  const isFile = (await top.look('.git'))?.isFile() === true
  const [, named] = /^gitdir: ([^\r\n]+)/.exec(isFile ? await linkIn(top, '.git') : 'gitdir: .git') ?? []
  if (named === undefined) throw new UnreadableRepository('its .git names no directory')
  const own = await folderAt(root, named)
  const shared = await linkIn(own, 'commondir')
  return { own, common: shared === '' ? own : await folderAt(own.path, shared) }
}

async function folderAt(from: string, named: string): Promise<PlainFolder> {
  if (namesShare(named)) throw new UnreadableRepository('it names a directory of another computer')
  try {
    return new PlainFolder(await realpath(resolve(from, named)))
  } catch (error) {
    if (!isTrouble(error)) throw error
    throw new UnreadableRepository(`a directory that it names is not there (${error.code})`)
  }
}

const linkIn = async (folder: PlainFolder, name: string): Promise<string> =>
  ((await folder.read(name, LINK_MAX)) ?? Buffer.alloc(0)).toString('utf8').replace(/\r?\n$/, '')
