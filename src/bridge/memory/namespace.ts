import { createHash } from 'node:crypto'
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { namesShare } from '../../core/git/names.ts'
import { limits } from '../base/limits.ts'
import { codeOf } from '../base/refusal.ts'
import { readIfSmall } from '../base/small-file.ts'

/** Where everything is kept that belongs to no project. */
export const sharedNamespace = 'shared'

export interface Checkout {
  /** Its real path. */
  readonly folder: string
  /** What it is called unless a person has given it another name. */
  readonly namespace: string
}

/**
 * The project that a folder lies in, and its namespace: the name of the project's folder and four hex digits of the SHA-256 of its path.
 * That folder is the one that holds git's common directory above `folder`, so that worktrees and subfolders are one project; without git
 * `folder` itself. Null where there is no such folder.
 */
export async function projectOf(folder: string): Promise<Checkout | null> {
  const real = await orNull(realpath(folder))
  if (real === null) return null
  const project = (await repositoryOf(real)) ?? real
  const digest = createHash('sha256').update(project).digest('hex').slice(0, 4)
  return { folder: project, namespace: `${basename(project) || 'root'}-${digest}` }
}

/** The folder that holds the common git directory of the repository that `folder` lies in; null outside of any. */
export async function repositoryOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    const facts = await orNull(stat(join(at, '.git')))
    if (facts?.isDirectory()) return at
    if (facts?.isFile()) return (await mainWorktreeOf(at)) ?? at
    if (at === dirname(at)) return null
  }
}

/**
 * The folder whose `.git` a linked worktree belongs to (gitrepository-layout(5)); null for any other folder. A `.git` file can name
 * everything, an unpacked one too: so what it names must lie in `worktrees` of the common directory, and name this folder in return.
 */
async function mainWorktreeOf(folder: string): Promise<string | null> {
  const [, named] = /^gitdir: ([^\r\n]+)/.exec(await textOf(join(folder, '.git'))) ?? []
  const own = named === undefined ? null : await realAt(folder, named)
  if (own === null || basename(dirname(own)) !== 'worktrees') return null
  const common = dirname(dirname(own))
  const [shared, back] = [await textOf(join(own, 'commondir')), await textOf(join(own, 'gitdir'))]
  if (shared === '' || (await realAt(own, shared)) !== common) return null
  const there = basename(back) === '.git' ? await realAt(own, dirname(back)) : null
  return there !== null && there === (await orNull(realpath(folder))) ? dirname(common) : null
}

/** The real path of what a file of git's names; null: it is not there, or on another computer. */
const realAt = async (from: string, named: string): Promise<string | null> =>
  namesShare(named) ? null : orNull(realpath(resolve(from, named)))

/** What git wrote to a small file; '' for anything else. */
const textOf = async (path: string): Promise<string> => ((await readIfSmall(path, limits.gitSmallFile)) ?? '').replace(/\r?\n$/, '')

/** What is not there, or is closed to this user, is no answer. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
