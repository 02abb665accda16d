import { isAbsolute } from 'node:path'
import type { Environment } from '../../model/environment.ts'
import { inGitByName } from './git.ts'
import { homesIn } from './homes.ts'
import { gitName } from './lists/autorun.ts'
import { exactly, pathsFor, pathsForAny } from './lists/group.ts'
import { autorunList } from './lists/index.ts'
import { below, NameTree, type Names, namesOf } from './names.ts'
import { separatorOf } from './region.ts'

const inHome = new NameTree(() => pathsForAny(autorunList.home))
const inFolders = new NameTree(() => autorunList.folders)

/** Whether a program will run the file of these names by itself, in any place. `homes`: as for `closedNames`. */
export const autorunNames = (names: Names, homes: readonly Names[]): boolean =>
  names.at(-1) === gitName ||
  inGitByName(names) === 'in' ||
  names.some((_, at) => inFolders.match(names, at) === 'in') ||
  homesIn(names, homes, false).some((at) => inHome.match(names, at) === 'in')

/** Whether the names of a path make it read-only, anywhere. */
export const autorunByName = (path: string): boolean => autorunNames(namesOf(path), [])

/** What would run by itself in a folder because of the folder's own name: as `closedBelow`. */
export function autorunBelow(folder: string, homes: readonly Names[] = []): string[] {
  const names = namesOf(folder)
  const files = below(folder, names, inFolders)
  const leadsThere = inGitByName(names) === 'above' || homesIn(names, homes, false).some((at) => inHome.match(names, at) === 'above')
  return leadsThere ? [...files, folder] : files
}

/** What is open to reading only below one user's home and of the machine, as this process opens it; as `privatePaths`. */
export function autorunPaths(home: string, kind: Environment['kind']): string[] {
  const separator = separatorOf(home)
  const inIt = exactly(pathsFor(kind, autorunList.home)).map((name) => `${home}${separator}${name.replaceAll('/', separator)}`)
  return home.startsWith('/') ? [...inIt, ...autorunList.machine] : inIt
}

/** Splits `bridge.allow` into paths, spelled for this process, and names of the list, which count in any place. */
export const pathsAllowed = (entries: readonly string[]): string[] => entries.filter((entry) => isAbsolute(entry))
export const namesAllowed = (entries: readonly string[]): string[] => entries.filter((entry) => !isAbsolute(entry))

/** Whether an entry of `bridge.allow` that is no path is a name of the list, such as `.git/hooks` or `.envrc`. */
export const isAutorunName = (entry: string): boolean =>
  !/^[~\\/]|^[A-Za-z]:|(^|[\\/])\.\.?([\\/]|$)/.test(entry) && autorunByName(`/folder/${entry}`)
