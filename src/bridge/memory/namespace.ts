import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { codeOf } from '../base/refusal.ts'

/** Where everything is kept that belongs to no project. */
export const sharedNamespace = 'shared'

/**
 * The namespace of a project: the name of its folder and four hex digits of the SHA-256 of its path. The folder is the one that
 * holds git's common directory above `folder`, so that worktrees and subfolders are one project; without git `folder` itself.
 * Null where there is no such folder.
 */
export async function projectNamespace(folder: string): Promise<string | null> {
  const real = await orNull(realpath(folder))
  if (real === null) return null
  const project = (await repositoryOf(real)) ?? real
  return `${basename(project) || 'root'}-${createHash('sha256').update(project).digest('hex').slice(0, 4)}`
}

/** The folder that holds the common git directory of the repository that `folder` lies in; null outside of any. */
export async function repositoryOf(folder: string): Promise<string | null> {
  for (let at = folder; ; at = dirname(at)) {
    const git = join(at, '.git')
    const facts = await orNull(stat(git))
    if (facts?.isDirectory()) return at
    // A worktree or a submodule: the file names its git directory, where a worktree's names the common one.
    if (facts?.isFile()) {
      const named = /^gitdir: (.+)$/m.exec(await readFile(git, 'utf8'))?.[1]
      if (named === undefined) return at
      const own = resolve(at, named)
      const common = await orNull(readFile(join(own, 'commondir'), 'utf8'))
      return common === null ? at : dirname(await realpath(resolve(own, common.trim())))
    }
    if (at === dirname(at)) return null
  }
}

/** What is not there, or is closed to this user, is no answer. */
async function orNull<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
