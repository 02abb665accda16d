import { realpathSync, statSync } from 'node:fs'
import { within } from '../../policy/region.ts'
import { codeOf } from '../../base/refusal.ts'
import type { FolderEntry } from './known-folders.ts'
import { autorunList, closedList } from '../../policy/lists/index.ts'
import { NameTree, namesOf } from '../../policy/names.ts'

/** `closed`: neither read nor written. `read-only`: what runs by itself later. */
type Sort = 'closed' | 'read-only'

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

/** Something in an allowed folder that a command must not change. */
export interface ProtectedPath {
  readonly path: string
  /** `pinned`: it must stay where it is. `watched`: it may change, and the answer names it. */
  readonly sort: Sort | 'pinned' | 'watched'
  readonly kind: FolderEntry['kind']
}

/** The folders that are searched. */
export interface SearchScope {
  /** The allowed folders, none in another. */
  readonly roots: readonly string[]
  /** What is closed by its place, and so is neither searched nor found. */
  readonly isClosed: (path: string) => boolean
  readonly home: string
}

const exact = (path: string): string => path

/** The paths found, each once and with the strictest protection that any reason asks for. */
export class FoundList {
  private readonly list = new Map<string, ProtectedPath>()
  private readonly scope: SearchScope

  constructor(scope: SearchScope) {
    this.scope = scope
  }

  all(): ProtectedPath[] {
    return [...this.list.values()]
  }

  sortOf(path: string): ProtectedPath['sort'] | undefined {
    return this.list.get(path)?.sort
  }

  add(path: string, sort: ProtectedPath['sort'], kind: FolderEntry['kind']): void {
    const before = this.sortOf(path)
    if (before === 'closed' || (before === 'read-only' && sort === 'pinned')) return
    this.list.set(path, { path, sort, kind })
  }

  /** Adds a path and, for a link, its target. */
  addWithTarget(path: string, sort: ProtectedPath['sort'], kind: FolderEntry['kind']): void {
    this.add(path, sort, kind)
    if (kind === 'link') this.addTarget(path, sort)
  }

  /** What a path leads to, where that lies in an allowed folder itself. `only`: nothing but a file. */
  addTarget(path: string, sort: ProtectedPath['sort'], only?: 'file'): void {
    const real = realPath(path)
    if (real === null || !this.isInside(real) || this.scope.roots.includes(real)) return
    const kind = statSync(real).isDirectory() ? 'folder' : 'file'
    if (only === undefined || kind === only) this.add(real, sort, kind)
  }

  isInside(path: string): boolean {
    return this.scope.roots.some((root) => within(path, root, exact)) && !this.scope.isClosed(path)
  }
}

function realPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}

/** The folder that a path leads to; null: none. */
export function realFolder(path: string): string | null {
  const real = realPath(path)
  return real !== null && statSync(real, { throwIfNoEntry: false })?.isDirectory() === true ? real : null
}
