import { realpathSync, statSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { lstat, readdir } from 'node:fs/promises'
import { within } from '../../policy/region.ts'
import { codeOf } from '../../base/refusal.ts'
import { autorunList, closedList } from '../../policy/lists/index.ts'
import { NameTree, namesOf } from '../../policy/names.ts'

/**
 * Folders in which a search has found something that commands must not change. They outlive a bridge, since every conversation
 * has one of its own, and what a command of one conversation has made must not hide them from the next.
 */
export class KnownFolders {
  private folders: readonly string[] | undefined
  private readonly path: string
  private readonly random: (bytes: number) => string

  constructor(path: string, random: (bytes: number) => string) {
    this.path = path
    this.random = random
  }

  all(): readonly string[] {
    this.folders ??= this.read()
    return this.folders
  }

  /** Keeps these instead of all others. */
  keep(folders: readonly string[]): void {
    const before = new Set(this.all())
    this.folders = folders
    if (before.size === folders.length && folders.every((folder) => before.has(folder))) return
    const beside = `${this.path}.${this.random(4)}`
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 })
    writeFileSync(beside, `${JSON.stringify(folders)}\n`, { mode: 0o600 })
    renameSync(beside, this.path)
  }

  private read(): readonly string[] {
    try {
      const value: unknown = JSON.parse(readFileSync(this.path, 'utf8'))
      return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
    } catch (error) {
      if (codeOf(error) === '' && !(error instanceof SyntaxError)) throw error
      return []
    }
  }
}

export interface FolderEntry {
  readonly name: string
  readonly kind: 'file' | 'folder' | 'link'
}

interface Known {
  readonly stamp: string
  readonly entries: readonly FolderEntry[]
  /** Changed so long before it was read that a later change has another time, on the coarsest clocks too. */
  readonly isSettled: boolean
}

const settledMs = 2000

/**
 * What folders hold, read again only when a folder has changed: whatever is made, renamed or removed in a folder gives
 * it a new ctime, which no program can set. A folder that cannot be read counts as empty.
 */
export class FolderCache {
  private before = new Map<string, Known>()
  private now = new Map<string, Known>()
  private readonly clock: () => number

  constructor(clock: () => number) {
    this.clock = clock
  }

  /** Forgets every entry that nobody used since the last call of `turn`. */
  turn(): void {
    this.before = this.now
    this.now = new Map()
  }

  async list(folder: string): Promise<readonly FolderEntry[]> {
    try {
      const facts = await lstat(folder, { bigint: true })
      if (!facts.isDirectory()) return []
      const stamp = `${facts.dev}.${facts.ino}.${facts.ctimeNs}.${facts.mtimeNs}`
      const known = this.before.get(folder)
      const entry = known?.isSettled === true && known.stamp === stamp ? known : await this.read(folder, stamp, Number(facts.ctimeMs))
      this.now.set(folder, entry)
      return entry.entries
    } catch (error) {
      if (codeOf(error) === '') throw error
      return []
    }
  }

  private async read(folder: string, stamp: string, changedMs: number): Promise<Known> {
    const isSettled = this.clock() - changedMs > settledMs
    const found = await readdir(folder, { withFileTypes: true })
    const entries = found.map((each): FolderEntry => {
      const kind = each.isDirectory() ? 'folder' : each.isSymbolicLink() ? 'link' : 'file'
      return { name: each.name, kind }
    })
    return { stamp, entries, isSettled }
  }
}

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
