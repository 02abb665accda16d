import { existsSync, lstatSync } from 'node:fs'
import { join, sep } from 'node:path'
import { autorunInGitDirectory, autorunInRebase, gitName } from './lists/autorun.ts'
import { foldedName, type Match, type Names } from './names.ts'

const acting = new Set([...autorunInGitDirectory, ...autorunInRebase])
/** What makes a folder a git directory: is_git_directory() of git's setup.c. `commondir` stands for the other two. */
const making = new Set(['head', 'objects', 'refs', 'commondir'])

/** How names relate to what runs by itself in git directories that are known by their name: `.git` and those in it. */
export function inGitByName(names: Names): Match {
  for (let at = names.indexOf(gitName); at !== -1; at = names.indexOf(gitName, at + 1)) {
    const [first = '', ...rest] = names.slice(at + 1)
    if (acting.has(first)) return 'in'
    // Names of submodules may hold slashes, so that their git directories lie at any depth.
    const nested = first === 'modules' ? rest.slice(1) : first === 'worktrees' ? rest.slice(1, 2) : []
    if (nested.some((name) => acting.has(name))) return 'in'
    if (first === 'modules' || first === 'worktrees') return 'above'
  }
  return null
}

/**
 * Whether git takes a folder for a git directory, also with `extra` in it, or would if it had a `HEAD`: that can be taken away
 * and put back. A file of any content counts as `HEAD`.
 */
function isGitDirectory(folder: string, extra: string): boolean {
  const has = (name: string): boolean => foldedName(name) === extra || existsSync(join(folder, name))
  const hasHead = extra === 'head' || lstatSync(join(folder, 'HEAD'), { throwIfNoEntry: false }) !== undefined
  if (has('objects') && has('refs')) return hasHead || existsSync(join(folder, 'refs', 'heads'))
  return hasHead && has('commondir')
}

/** Whether names, from one of `making` on, are something without which a folder would be taken for no git directory. */
const isMark = ([first, ...rest]: readonly string[]): boolean =>
  rest.length === 0 ? first === 'objects' || first === 'refs' : first === 'refs' && rest.length === 1 && rest[0] === 'heads'

/** Whether something of this name can make a git directory of the folder that it is put into. */
export const makesGitDirectory = (name: string): boolean => acting.has(foldedName(name)) || making.has(foldedName(name))

/** True for a folder that git takes for a git directory: `.git` and a bare repository alike. */
export const looksLikeGitDirectory = (folder: string): boolean => isGitDirectory(folder, '')

/**
 * Whether writing to a path changes what git runs in a git directory of any name, makes a folder one that has hooks or a
 * config, or takes from such a one what makes it one. Asked at once: the folders have just answered for the path.
 */
export function changesGitDirectory(real: string): boolean {
  const parts = real.split(sep)
  return parts.some((part, at) => {
    const name = foldedName(part)
    if (at === 0 || !(acting.has(name) || making.has(name))) return false
    const folder = parts.slice(0, at).join(sep) + (at === 1 ? sep : '')
    if (acting.has(name)) return isGitDirectory(folder, name)
    // To write to a mark itself is to take it away.
    const changes = !existsSync(join(folder, part)) || isMark(parts.slice(at).map(foldedName))
    return changes && isGitDirectory(folder, name) && autorunInGitDirectory.some((each) => existsSync(join(folder, each)))
  })
}
