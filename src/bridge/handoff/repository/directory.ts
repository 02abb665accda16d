import { basename, dirname, join, resolve } from 'node:path'
import { limits } from '../../base/limits.ts'
import { denied, failed, Refusal } from '../../base/refusal.ts'
import { inName } from '../../base/text.ts'
import { OpenedFolder, type RepositoryOpening } from './opened.ts'

/** The directories of a repository, held open. `own` and `common` are two only in a linked worktree. */
export interface GitDirectories {
  readonly top: OpenedFolder
  readonly own: OpenedFolder
  readonly common: OpenedFolder
  close(): void
}

const quoted = (path: string): string => `"${inName(path)}"`

/**
 * Opens the repository that a folder lies in. Its git directory is `.git` in the top folder, or that of a linked worktree: in
 * `.git/worktrees` of a repository that is allowed too, with a link back to this very folder. Throws a Refusal for any other.
 * `folder`: canonical.
 */
export async function openRepository(folder: string, opening: RepositoryOpening): Promise<GitDirectories> {
  const top = await topOf(folder, opening)
  try {
    const own = await top.below('.git')
    if (own !== null) return directories(top, own, own)
    return await worktree(top, opening)
  } catch (error) {
    top.close()
    throw error
  }
}

const directories = (top: OpenedFolder, own: OpenedFolder, common: OpenedFolder): GitDirectories => ({
  ...{ top, own, common },
  close() {
    for (const folder of new Set([top, own, common])) folder.close()
  },
})

/** The nearest folder with a `.git` of some kind, as far up as policy allows. */
async function topOf(folder: string, opening: RepositoryOpening): Promise<OpenedFolder> {
  for (let at = folder; ; at = dirname(at)) {
    const opened = await OpenedFolder.open(at, opening).catch((error) => {
      if (at !== folder && error instanceof Refusal && error.kind === 'denied') return null
      throw error
    })
    if (opened !== null && (await opened.look('.git')) !== null) return opened
    opened?.close()
    if (opened === null || at === dirname(at))
      throw failed(`${quoted(folder)} is in no git repository that lies in an allowed folder with its .git; leave repository out.`)
  }
}

async function worktree(top: OpenedFolder, opening: RepositoryOpening): Promise<GitDirectories> {
  const { policy } = opening
  const text = await small(top, '.git')
  const [, named] = /^gitdir: (.+?)\r?\n?$/.exec(text) ?? []
  if (named === undefined) throw none(top, 'names no git directory')
  const { real } = await policy.existing(resolve(top.path, named), 'read')
  const commonPath = dirname(dirname(real))
  if (basename(dirname(real)) !== 'worktrees' || basename(commonPath) !== '.git')
    throw none(top, `names ${quoted(real)}, which is no worktree of a repository`)
  const common = await OpenedFolder.open(commonPath, opening)
  const own = await worktreeIn(common, basename(real))
  try {
    if (own === null) throw none(top, `names ${quoted(real)}, which is no folder`)
    const back = (await small(own, 'gitdir')).replace(/\r?\n$/, '')
    const shared = (await small(own, 'commondir')).replace(/\r?\n$/, '')
    if (resolve(own.path, shared) !== commonPath || !(await leadsTo(resolve(own.path, back), top, opening)))
      throw none(top, `names ${quoted(real)}, which belongs to another worktree`)
    return directories(top, own, common)
  } catch (error) {
    own?.close()
    common.close()
    throw error
  }
}

async function worktreeIn(common: OpenedFolder, name: string): Promise<OpenedFolder | null> {
  const all = await common.below('worktrees')
  try {
    return (await all?.below(name)) ?? null
  } finally {
    all?.close()
  }
}

/** Whether a path is `.git` of this folder, in whatever way it is written. */
async function leadsTo(path: string, top: OpenedFolder, { policy }: RepositoryOpening): Promise<boolean> {
  if (path === join(top.path, '.git')) return true
  if (basename(path) !== '.git') return false
  const found = await policy.existing(dirname(path), 'read').catch((error) => {
    if (error instanceof Refusal) return null
    throw error
  })
  return found?.real === top.path
}

const none = (top: OpenedFolder, why: string): Refusal =>
  denied(
    `The .git of ${quoted(top.path)} ${why}. Only .git itself and the worktrees of such a one are read, others are not allowed; leave repository out.`,
  )

/** A short text that git wrote; '' where there is none. */
export async function small(folder: OpenedFolder, name: string): Promise<string> {
  return ((await folder.read(name, limits.gitSmallFile)) ?? Buffer.alloc(0)).toString('utf8')
}

/** What a name holds that may be a folder instead, or lie in none: a branch. */
export async function smallBelow(folder: OpenedFolder, names: readonly string[]): Promise<string | null> {
  const [name = '', ...rest] = names
  if (rest.length === 0) return (await folder.read(name, limits.gitSmallFile))?.toString('utf8') ?? null
  if ((await folder.look(name))?.isSymbolicLink())
    throw denied(`${quoted(join(folder.path, name))} is a link; links are not allowed in a git directory.`)
  const below = await folder.below(name)
  try {
    return below === null ? null : await smallBelow(below, rest)
  } finally {
    below?.close()
  }
}
