import { readdirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../base/refusal.ts'
import { commonDirectoryOf, elsewhereOf, gitDirectoryNamedIn } from './git-config.ts'
import { within } from './region.ts'
import { lookAt } from './survey.ts'

/** Included configuration that includes further ones is followed so far: git's own limit is 10. */
const mostIncludes = 4

const exact = (path: string): string => path

function orNull<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

const real = (path: string): string => orNull(() => realpathSync(path)) ?? path

/** The git directory of a folder that has a `.git` of some kind; null: it has none. */
function gitDirectoryOf(folder: string): string | null {
  // Above a share there is only the network.
  if (/^\\\\[^\\]*(\\[^\\]*)?$/.test(folder)) return null
  const facts = lookAt(join(folder, '.git'))
  if (facts === undefined) return null
  return facts.isFile() ? gitDirectoryNamedIn(join(folder, '.git')) : join(folder, '.git')
}

/**
 * Returns the places outside a repository's own directory from which git starts hooks or reads configuration: its configuration
 * names them, or a hook is a link to them. Paths are canonical, and none contains the folder itself. Repositories elsewhere may
 * name this folder, too; they are unknown.
 */
export function startedFrom(folder: string, home: string): string[] {
  const directory = gitDirectoryOf(folder)
  if (directory === null) return []
  const common = commonDirectoryOf(directory)
  return targetsOf([join(common, 'config'), join(directory, 'config.worktree'), ...ofUser(home)], [join(common, 'hooks')], folder, home)
}

/** The same by the user's own configuration, for all repositories. */
export const startedByUser = (home: string): string[] => targetsOf(ofUser(home), [], home, home)

const ofUser = (home: string): string[] => [join(home, '.gitconfig'), join(home, '.config', 'git', 'config')]

function targetsOf(configs: readonly string[], hooks: readonly string[], worktree: string, home: string): string[] {
  const all = [...hooks]
  const included = new Set<string>()
  for (let depth = 0, left = configs; depth < mostIncludes && left.length > 0; depth++) {
    const found = left.map((config) => elsewhereOf(config, worktree, home))
    all.push(...found.flatMap((each) => each.hooks))
    left = found.flatMap((each) => each.configs).filter((config) => !included.has(config))
    for (const config of left) included.add(config)
  }
  return [...all, ...included, ...all.flatMap(linksIn)].map(real).filter((path) => !within(worktree, path, exact))
}

const linksIn = (folder: string): string[] =>
  (orNull(() => readdirSync(folder, { withFileTypes: true })) ?? [])
    .filter((entry) => entry.isSymbolicLink())
    .map((entry) => join(folder, entry.name))
