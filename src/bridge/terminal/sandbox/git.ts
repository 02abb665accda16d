import { basename, dirname, join } from 'node:path'
import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { limits } from '../../base/limits.ts'
import { within } from '../../policy/region.ts'
import {
  type FolderEntry,
  type FolderCache,
  type FoundList,
  type SearchScope,
  inGitDirectory,
  realFolder,
  closedPatterns,
} from './found.ts'
import { commonDirectoryOf, elsewhereOf, gitDirectoryNamedIn, startsPrograms } from '../../policy/git-config.ts'
import { codeOf } from '../../base/refusal.ts'

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

/** Of the person's own settings those that decide what a commit says and how files are compared; none names a program. */
const taken =
  /^(user\.(name|email)|init\.defaultbranch|core\.(autocrlf|eol|filemode|symlinks|ignorecase|precomposeunicode)|pull\.(rebase|ff)|merge\.conflictstyle|safe\.directory)$/

/** Absolute, since a folder of PATH may be one that commands write to. */
const programs = ['/usr/bin/git', '/usr/local/bin/git'] as const
const system = '/etc/gitconfig'
const quoted = (value: string): string => `"${value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')}"`

/** `user.name` and the like as lines of a configuration; none where there is no git, or nothing is set. Git starts no program for `--list`. */
async function personal(home: string): Promise<string[]> {
  const program = programs.find((each) => existsSync(each))
  if (program === undefined) return []
  const text = await new Promise<string>((resolve) => {
    const options = { cwd: '/', env: { HOME: home }, timeout: limits.probeMs }
    execFile(program, ['config', '--global', '--includes', '--null', '--list'], options, (error, stdout) => resolve(error ? '' : stdout))
  })
  return text.split('\0').flatMap((entry) => {
    const end = entry.indexOf('\n')
    const [section = '', key = ''] = entry.slice(0, end).split('.')
    return end > 0 && taken.test(entry.slice(0, end)) ? [`[${section}]`, `${key} = ${quoted(entry.slice(end + 1))}`] : []
  })
}

/**
 * Closed files keep their size and time in the sandbox, not their content: git compares no more than that, or, where it
 * must read one, takes what it has recorded for its content; and it adds none that it does not have yet. Where a branch
 * comes from is not recorded, since that is written into the configuration.
 */
const ours = (folder: string): string => `[core]
checkStat = minimal
trustctime = false
excludesFile = ${folder}/gitignore
attributesFile = ${folder}/gitattributes
[filter "mcp-twin-closed"]
clean = git cat-file blob :%f 2>/dev/null || cat
[branch]
autoSetupMerge = false
`

/** Where git's settings of the machine lie in the sandbox, and what they are there. */
export interface GitSettings {
  readonly source: string
  readonly at: string
}

/**
 * Writes the files that take the place of the machine's settings for git in the sandbox. In gitattributes a pattern with a blank stands in
 * quotes. `folder`: where no command writes.
 */
export async function writeGitSettings(folder: string, home: string, random: (bytes: number) => string): Promise<GitSettings[]> {
  const machine = textOf(system)
  const files = {
    gitconfig: [machine, ...(await personal(home)), ours('/etc')].join('\n'),
    gitattributes: `${textOf('/etc/gitattributes')}\n${closedPatterns.map((path) => `${JSON.stringify(path)} filter=mcp-twin-closed -text`).join('\n')}\n`,
    gitignore: `${closedPatterns.join('\n')}\n`,
  }
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  return Object.entries(files).map(([name, text]) => {
    const path = join(folder, name)
    const beside = `${path}.${random(4)}`
    writeFileSync(beside, text, { mode: 0o444 })
    renameSync(beside, path)
    return { source: path, at: `/etc/${name}` }
  })
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
