import { autorunList, closedList } from '../../policy/lists/index.ts'
import { NameTree, namesOf } from '../../policy/names.ts'

/** `closed`: neither read nor written. `read-only`: what runs by itself later. */
export type Sort = 'closed' | 'read-only'

const closed = new NameTree(() => closedList.folders)
const readOnly = new NameTree(() => autorunList.folders)
/** In a git directory. `commondir` makes git read the others from elsewhere. */
export const inGitDirectory = autorunList.gitDirectory

/** What the names of a path below any folder make of it; `above`: they lead to something that is protected by its name. */
export function sortOf(path: string): Sort | 'above' | null {
  const names = namesOf(path)
  const [shut, kept] = [closed.match(names, 0), readOnly.match(names, 0)]
  if (shut === 'in') return 'closed'
  if (kept === 'in') return 'read-only'
  return shut ?? kept
}

/** What is closed, in the form of gitignore(5) and gitattributes(5): at any depth, and all that lies in a folder. */
export const closedPatterns: readonly string[] = closedList.folders.flatMap((path) => [`**/${path}`, `**/${path}/**`])
