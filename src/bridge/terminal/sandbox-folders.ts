import { type Dirent, existsSync, lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { closedBelow, closedByName, privatePaths } from '../policy/closed.ts'
import { existing } from '../policy/existing.ts'
import { closedList } from '../policy/lists/index.ts'
import { judge, type Region, within } from '../policy/region.ts'
import { codeOf } from '../refusal.ts'

/** What of the disk a command in the sandbox sees and may change. */
export interface FolderPlan {
  readonly region: Region
  readonly readOnly: boolean
  readonly home: string
  /** Whether Windows' rules for names hold there, which make no difference between capital and small letters. */
  readonly onDrive: (path: string) => boolean
}

const exact = (path: string): string => path
const folded = (path: string): string => path.toLowerCase()

export function kindOf(path: string): 'file' | 'directory' | 'link' | null {
  try {
    const facts = lstatSync(path)
    return facts.isSymbolicLink() ? 'link' : facts.isDirectory() ? 'directory' : 'file'
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

const bind = (path: string, plan: FolderPlan): string[] => [plan.readOnly ? '--ro-bind' : '--bind', path, path]
const depth = (path: string): number => path.split('/').length

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
  } catch (error) {
    if (codeOf(error) === '') throw error
    return []
  }
}

/** The allowed folders as they are laid out; the whole disk counts as the user's folder, since the sandbox has a system of its own. */
const rootsOf = ({ region, home }: FolderPlan): string[] =>
  [...new Set(region.open.map((root) => (root === '/' ? home : root)))].filter((root) => kindOf(root) === 'directory')

/**
 * True for a folder in which programs look for keys and settings, the user's own above all: there also what is not
 * there yet must not be made. On Windows drives all folders with something closed count, since a mount that hides
 * `.ssh` does not hide `.SSH`, which is the same folder there.
 */
function isStrict(folder: string, plan: FolderPlan): boolean {
  const { region, home } = plan
  if (plan.onDrive(folder))
    return closedBelow(folder).length > 0 || existsSync(join(folder, 'Users')) || region.closed.some((path) => within(path, folder, folded))
  // Where the drives themselves lie.
  if (plan.onDrive(join(folder, 'c'))) return true
  return privatePaths(home, 'linux').some((path) => path !== folder && within(path, folder, exact))
}

/** Each thing in a strict folder by itself: folders as they may be used, files to be read, closed ones not at all, nothing new. */
function strictly(folder: string, plan: FolderPlan): string[] {
  const { region } = plan
  const fold = plan.onDrive(folder) ? folded : exact
  const words = ['--tmpfs', folder]
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name)
    if (closedByName(path) || judge(path, { ...region, open: [path] }, fold) === 'closed') {
      words.push(...region.reopened.filter((each) => within(each, path, fold) && existsSync(each)).flatMap((each) => bind(each, plan)))
    } else if (entry.isDirectory()) words.push(...(isStrict(path, plan) ? strictly(path, plan) : bind(path, plan)))
    else if (entry.isFile()) words.push('--ro-bind-try', path, path)
    else if (entry.isSymbolicLink()) words.push('--symlink', readlinkSync(path), path)
  }
  return [...words, '--remount-ro', folder]
}

function hide(path: string): string[] {
  const found = kindOf(path)
  if (found === null) return []
  const real = found === 'link' ? realpathSync(path) : path
  return statSync(real).isDirectory() ? ['--tmpfs', real] : ['--ro-bind', '/dev/null', real]
}

/** The folders between a root and something in it, without both. */
function between(path: string, root: string): string[] {
  const found: string[] = []
  for (let at = dirname(path); at !== root && within(at, root, exact); at = dirname(at)) found.push(at)
  return found
}

/**
 * A folder that may be used as a whole, but for what is closed in it. The folders on the way there are mounted too:
 * what is mounted cannot be renamed, and so something closed, or another root, cannot be brought under another name.
 */
function plainly(root: string, roots: readonly string[], plan: FolderPlan): string[] {
  const { region } = plan
  const inside = (paths: readonly string[]): string[] => paths.filter((path) => path !== root && within(path, root, exact))
  const closed = inside(region.closed)
  const isHidden = (path: string): boolean => judge(path, { ...region, open: [path] }, exact) === 'closed'
  const again = inside([...region.reopened, ...roots]).filter((path) => kindOf(path) === 'directory' && !isHidden(path))
  const pinned = [...closed, ...again]
    .flatMap((path) => between(path, root))
    .filter((path) => kindOf(path) === 'directory' && !isHidden(path))
  // What starts programs when another program reads it is not shown, nor changed.
  const named = closedList.folders.flatMap((name) => existing(join(root, name)))
  const around = closedList.folders.map((name) => dirname(join(root, name))).filter((path) => path !== root && kindOf(path) === 'directory')
  const laid = [
    ...[...new Set([...pinned, ...again])].map((path) => ({ path, words: bind(path, plan) })),
    ...[...new Set(around)].map((path) => ({ path, words: ['--ro-bind', path, path] })),
    ...closed.map((path) => ({ path, words: hide(path) })),
    ...named.map((path) => ({ path, words: ['file', 'directory'].includes(kindOf(path) ?? '') ? hide(path) : [] })),
  ]
  return [bind(root, plan), ...laid.sort((one, other) => depth(one.path) - depth(other.path)).map(({ words }) => words)].flat()
}

/** The words that lay out the allowed folders. */
export function folderWords(plan: FolderPlan): string[] {
  const roots = rootsOf(plan).sort((one, other) => depth(one) - depth(other))
  const outer = roots.filter((root) => !roots.some((other) => other !== root && within(root, other, exact)))
  return outer.flatMap((root) => (isStrict(root, plan) ? strictly(root, plan) : plainly(root, roots, plan)))
}

/** An allowed folder in which a command can make files; null when there is none. */
export const writableFolder = (plan: FolderPlan): string | null =>
  plan.readOnly ? null : (rootsOf(plan).find((root) => !isStrict(root, plan)) ?? null)
