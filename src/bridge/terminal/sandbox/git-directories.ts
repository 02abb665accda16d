import { basename, dirname, join } from 'node:path'
import { limits } from '../../base/limits.ts'
import { within } from '../../policy/region.ts'
import type { FolderEntry, FolderCache } from './known-folders.ts'
import { commonDirectoryOf, elsewhereOf, gitDirectoryNamedIn, startsPrograms } from '../../policy/git-config.ts'
import { type FoundList, type SearchScope, inGitDirectory, realFolder } from './found.ts'

const exact = (path: string): string => path

/** Finds what git runs by itself, or takes its configuration from, in the repositories of a search. */
export class GitFinder {
  /** There were more than are looked at. */
  isFull = false
  private readonly seen = new Set<string>()
  private readonly folders: FolderCache
  private readonly found: FoundList
  private readonly scope: SearchScope
  private readonly most: number

  constructor(folders: FolderCache, found: FoundList, scope: SearchScope, most: number) {
    this.folders = folders
    this.found = found
    this.scope = scope
    this.most = most
  }

  /**
   * As git tells them (gitrepository-layout(5)), bare ones too. `HEAD` may be missing: one command can take it away, and the next
   * one put it back. The others are pinned.
   */
  async is(folder: string, entries: readonly FolderEntry[]): Promise<boolean> {
    const has = (name: string): boolean => entries.some((entry) => entry.name === name && entry.kind !== 'file')
    if (!has('objects') || !has('refs')) return false
    return entries.some(({ name }) => name === 'HEAD') || (await this.hasHeads(folder))
  }

  private async hasHeads(directory: string): Promise<boolean> {
    return (await this.folders.list(join(directory, 'refs'))).some(({ name }) => name === 'heads')
  }

  /** A folder with a `.git` of some kind. */
  async worktree(folder: string, { kind }: FolderEntry): Promise<void> {
    const path = join(folder, '.git')
    if (kind !== 'folder') this.found.add(path, 'read-only', kind)
    const named = kind === 'file' ? gitDirectoryNamedIn(path) : path
    const real = named === null ? null : realFolder(named)
    if (real !== null && this.found.isInside(real)) await this.directory(real, folder)
  }

  /** `worktree`: what its configuration is about; the directory itself where it is bare. */
  async directory(directory: string, worktree: string): Promise<void> {
    if (this.seen.has(directory)) return
    if (this.seen.size >= this.most) {
      this.isFull = true
      return
    }
    this.seen.add(directory)
    await this.own(directory, inGitDirectory)
    for (const mark of ['objects', 'refs', 'refs/heads']) await this.pin(join(directory, mark))
    for (const hook of await this.folders.list(join(directory, 'hooks')))
      if (hook.kind === 'link') this.found.addTarget(join(directory, 'hooks', hook.name), 'read-only')
    for (const config of [join(commonDirectoryOf(directory), 'config'), join(directory, 'config.worktree')])
      this.elsewhere(config, worktree, 0)
    const todo = join(directory, 'rebase-merge', 'git-rebase-todo')
    if (startsPrograms(todo)) this.found.add(todo, 'watched', 'file')
    for (const { name, kind } of await this.folders.list(join(directory, 'worktrees')))
      if (kind === 'folder') await this.own(join(directory, 'worktrees', name), [...inGitDirectory, 'gitdir'])
    await this.submodules(join(directory, 'modules'), 0)
  }

  private async pin(path: string): Promise<void> {
    const entry = (await this.folders.list(dirname(path))).find(({ name }) => name === basename(path))
    if (entry?.kind === 'folder') this.found.add(path, 'pinned', entry.kind)
  }

  private async own(directory: string, names: readonly string[]): Promise<void> {
    this.found.add(directory, 'pinned', 'folder')
    for (const { name, kind } of await this.folders.list(directory))
      if (names.includes(name)) this.found.addWithTarget(join(directory, name), 'read-only', kind)
  }

  private async submodules(folder: string, depth: number): Promise<void> {
    for (const { name, kind } of await this.folders.list(folder)) {
      const path = join(folder, name)
      if (kind !== 'folder') continue
      if (await this.is(path, await this.folders.list(path))) await this.directory(path, path)
      else if (depth < limits.sandboxModuleDepth) await this.submodules(path, depth + 1)
    }
  }

  /** Hooks, scripts and configuration that a configuration takes from elsewhere in the allowed folders. */
  private elsewhere(config: string, worktree: string, depth: number): void {
    const { hooks, configs, others } = elsewhereOf(config, worktree, this.scope.home)
    for (const path of [...hooks, ...configs]) if (!within(worktree, path, exact)) this.found.addTarget(path, 'read-only')
    // A folder among these is a repository to fetch from or the like, which git only reads.
    for (const path of others) this.found.addTarget(path, 'read-only', 'file')
    if (depth >= limits.sandboxIncludeDepth) return
    for (const path of configs) if (this.found.isInside(path)) this.elsewhere(path, worktree, depth + 1)
  }
}
