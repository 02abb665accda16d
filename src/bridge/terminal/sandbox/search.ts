import { dirname, join } from 'node:path'
import { limits } from '../../base/limits.ts'
import {
  type FolderEntry,
  FolderCache,
  type KnownFolders,
  FoundList,
  type ProtectedPath,
  type SearchScope,
  realFolder,
  sortOf,
} from './found.ts'
import { GitFinder } from './git.ts'

export interface Look {
  readonly found: readonly ProtectedPath[]
  /** Null: everything was searched; else where the search stopped. */
  readonly cut: 'folders' | 'repositories' | 'names' | null
}

interface Bounds {
  readonly folders: number
  readonly repositories: number
}

const usualBounds: Bounds = { folders: limits.sandboxFolders, repositories: limits.sandboxRepositories }

/** Folders in which nobody keeps a repository of their own: searched last. */
const heavy = /^(node_modules|bower_components|\.venv|venv|__pycache__|\.tox|target|dist|build|vendor|\.next|\.cache)$/

/**
 * Finds what is protected by its name in the allowed folders, the nearest first; what has not changed is not read again. Where
 * something was found once is looked first: otherwise a command could make so many folders, or repositories, that the search
 * ends before it comes to those of the user.
 */
export class ProtectedSearch {
  private readonly folders: FolderCache
  private readonly home: string
  private readonly known: KnownFolders
  private readonly bounds: Bounds

  constructor(home: string, clock: () => number, known: KnownFolders, bounds: Bounds = usualBounds) {
    this.home = home
    this.known = known
    this.bounds = bounds
    this.folders = new FolderCache(clock)
  }

  async look(roots: readonly string[], isClosed: (path: string) => boolean): Promise<Look> {
    this.folders.turn()
    const known = this.known.all()
    const walk = new Walk(this.folders, { roots, isClosed, home: this.home }, known, this.bounds)
    const look = await walk.run()
    const holding = walk.holding(look.found)
    // Those outside of these roots belong to a bridge with others. The oldest come first, so that new ones never push them out.
    const kept = known.filter((folder) => holding.has(folder) || !walk.isInside(folder))
    this.known.keep([...new Set([...kept, ...holding])].slice(0, this.bounds.folders))
    return look
  }
}

class Walk {
  private readonly folders: FolderCache
  private readonly scope: SearchScope
  private readonly bounds: Bounds
  private readonly found: FoundList
  private readonly git: GitFinder
  /** Folders outside of repositories, in them, and those where nobody keeps one. */
  private readonly queues: readonly [string[], string[], string[]]
  private readonly visited = new Set<string>()
  /** There are folders whose names are no text, which node does not find again by them. */
  private hasStrangeNames = false

  constructor(folders: FolderCache, scope: SearchScope, known: readonly string[], bounds: Bounds) {
    this.folders = folders
    this.scope = scope
    this.bounds = bounds
    this.found = new FoundList(scope)
    this.git = new GitFinder(folders, this.found, scope, bounds.repositories)
    const first = known.filter((folder) => this.isInside(folder) && realFolder(folder) === folder)
    this.queues = [[...first, ...scope.roots], [], []]
  }

  isInside(folder: string): boolean {
    return this.found.isInside(folder)
  }

  /** The searched folders with a finding. */
  holding(found: readonly ProtectedPath[]): Set<string> {
    const holding = new Set<string>()
    for (const { path } of found) {
      let folder = dirname(path)
      while (!this.visited.has(folder) && folder !== dirname(folder)) folder = dirname(folder)
      if (this.visited.has(folder)) holding.add(folder)
    }
    return holding
  }

  async run(): Promise<Look> {
    const isCut = await this.visitAll()
    return { found: this.found.all(), cut: isCut ? 'folders' : this.git.isFull ? 'repositories' : this.hasStrangeNames ? 'names' : null }
  }

  /** True: there is more than may be visited, and not only what installed packages brought. */
  private async visitAll(): Promise<boolean> {
    let left = this.bounds.folders
    for (;;) {
      const level = this.queues.findIndex((queue) => queue.length > 0)
      if (level < 0 || left <= 0) return level >= 0 && level < 2
      const batch = this.queues[level]?.splice(0, Math.min(left, limits.sandboxFoldersAtOnce)) ?? []
      const fresh = [...new Set(batch)].filter((folder) => !this.visited.has(folder))
      for (const folder of fresh) this.visited.add(folder)
      left -= fresh.length
      await Promise.all(fresh.map((folder) => this.visit(folder, level)))
    }
  }

  private async visit(folder: string, level: number): Promise<void> {
    const entries = await this.folders.list(folder)
    const git = entries.find(({ name }) => name === '.git')
    if (git !== undefined) await this.git.worktree(folder, git)
    if (await this.git.is(folder, entries)) return this.git.directory(folder, folder)
    const below = git === undefined ? level : Math.max(level, 1)
    for (const entry of entries) {
      const path = join(folder, entry.name)
      if (entry.name === '.git' || this.scope.isClosed(path)) continue
      await this.named(path, entry.name, entry)
      if (entry.kind === 'folder' && entry.name.includes('\ufffd')) this.hasStrangeNames = true
      if (entry.kind === 'folder' && this.found.sortOf(path) !== 'closed') this.queues[heavy.test(entry.name) ? 2 : below]?.push(path)
    }
  }

  /** `name`: the path's last names, from the one on that may mean something. */
  private async named(path: string, name: string, { kind }: FolderEntry): Promise<void> {
    const sort = sortOf(name)
    if (sort !== null && sort !== 'above') return this.found.addWithTarget(path, sort, kind)
    if (sort === null || kind === 'file') return
    const folder = kind === 'link' ? realFolder(path) : path
    if (folder === null) return
    for (const entry of await this.folders.list(folder)) {
      const below = sortOf(`${name}/${entry.name}`)
      // The link could be swapped for a folder with another file of that name.
      if (kind === 'link' && below !== null && below !== 'above') this.found.add(path, below, kind)
      await this.named(join(folder, entry.name), `${name}/${entry.name}`, entry)
    }
  }
}
