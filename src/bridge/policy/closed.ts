import type { Environment } from '../../model/environment.ts'
import { holdsHomes, homesIn } from './homes.ts'
import { exactly, pathsFor, pathsForAny } from './lists/group.ts'
import { closedList } from './lists/index.ts'
import { kernel } from './lists/machine.ts'
import { below, NameTree, type Names, namesOf } from './names.ts'
import { separatorOf } from './region.ts'

/** Whether a path is an interface of the kernel, not a file of the user. */
export const isKernel = (path: string): boolean => kernel.some((folder) => `${path}/`.startsWith(`${folder}/`))

const inHome = new NameTree(() => pathsForAny(closedList.home))
const inFolders = new NameTree(() => closedList.folders)

/** Our own folder holds keys; the workspace in it is open all the same. */
function isOurFolder(names: Names, at: number): boolean {
  return names[at] === '.mcp-twin' && !(names[at + 1] === 'bridge' && names[at + 2] === 'workspace')
}

/**
 * Whether the names of a path close it anywhere: project files of clients, and private files of a home under any path.
 * `homes`: homes in unusual places.
 */
export const closedNames = (names: Names, homes: readonly Names[]): boolean =>
  names.some((_, at) => inFolders.match(names, at) === 'in') ||
  homesIn(names, homes, true).some((at) => isOurFolder(names, at) || inHome.match(names, at) === 'in')

/** Whether the names of a path close it, anywhere. */
export const closedByName = (path: string): boolean => closedNames(namesOf(path), [])

/**
 * What would be closed in a folder because of the folder's own name: by moving the folder it would get, or lose, that
 * meaning. Paths that may exist, in which `*` stands for a part of a name; for a part of a user's home the folder itself.
 */
export function closedBelow(folder: string, homes: readonly Names[] = []): string[] {
  const names = namesOf(folder)
  const files = below(folder, names, inFolders)
  const leadsThere = homesIn(names, homes, false).some(
    (at) => at === names.length || inHome.match(names, at) === 'above' || (names[at] === '.mcp-twin' && names.length <= at + 2),
  )
  return leadsThere || holdsHomes(names) ? [...files, folder] : files
}

/** Closed paths below one user's home and of the machine, in this process's spelling. Of entries with `*` only those that can be named. */
export function privatePaths(home: string, kind: Environment['kind']): string[] {
  const separator = separatorOf(home)
  const inIt = exactly(pathsFor(kind, closedList.home)).map((name) => `${home}${separator}${name.replaceAll('/', separator)}`)
  return home.startsWith('/') ? [...inIt, ...closedList.machine] : inIt
}
