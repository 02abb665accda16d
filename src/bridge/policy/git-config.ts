import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { codeOf } from '../base/refusal.ts'

/** What a git configuration takes from elsewhere, as absolute paths. */
export interface GitElsewhere {
  readonly hooks: readonly string[]
  readonly configs: readonly string[]
  /** Whatever else may be a file: of a program that git starts, a script. */
  readonly others: readonly string[]
}

const mostBytes = 256 * 1024
/** Longer lines are cut: no path is as long, and looking for one would take the longer. */
const mostLetters = 8 * 1024

/** The value of a line, without quotes and comment; git's escapes do not occur in paths worth following. */
const unquoted = (text: string): string => (/^"([^"]*)"/.exec(text)?.[1] ?? text.split(/\s[#;]/, 1)[0] ?? '').trim()
/** Words of a value that may be a path, as a shell would take them apart. */
const pathsIn = (value: string): string[] =>
  value.split(/[\s"'`;|&()<>=!\\]+/).filter((word) => word.includes('/') && !word.includes('://'))

/**
 * Returns the paths in a configuration: `core.hooksPath`, `include.path`, and every other value that looks like one (git-config(1):
 * aliases, filters, pagers, helpers …). `worktree`: the folder that relative paths begin in.
 */
export function elsewhereOf(config: string, worktree: string, home: string): GitElsewhere {
  const hooks: string[] = []
  const others: string[] = []
  const configs: string[] = []
  const from = (path: string, base: string) =>
    path.startsWith('~/') ? join(home, path.slice(2)) : isAbsolute(path) ? path : join(base, path)
  let section = ''
  for (const whole of textOf(config).split('\n')) {
    const line = whole.slice(0, mostLetters)
    const header = /^\s*\[\s*([\w.-]+)/.exec(line)
    if (header !== null) section = header[1]?.toLowerCase() ?? ''
    const [, key = '', value = ''] = /^\s*(?:\[[^\]]*\]\s*)?([\w-]+)\s*=\s*(.*)$/.exec(line) ?? []
    const named = unquoted(value)
    if (named === '') continue
    if (/^include(if)?$/.test(section) && key.toLowerCase() === 'path') configs.push(from(named, join(config, '..')))
    else if (section === 'core' && key.toLowerCase() === 'hookspath') hooks.push(from(named, worktree))
    else others.push(...pathsIn(value).map((path) => from(path, worktree)))
  }
  return { hooks, configs, others }
}

/** Returns the directory with the configuration and hooks of a git directory. A linked worktree has those of its repository. */
export function commonDirectoryOf(directory: string): string {
  const path = textOf(join(directory, 'commondir')).trim()
  return path === '' ? directory : isAbsolute(path) ? path : join(directory, path)
}

/** A file that says where a git directory is (`gitdir: …`); null: it does not. */
export function gitDirectoryNamedIn(file: string): string | null {
  const [line] = textOf(file).split('\n', 1)
  const path = line?.startsWith('gitdir:') ? line.slice('gitdir:'.length).trim() : ''
  return path === '' ? null : isAbsolute(path) ? path : join(file, '..', path)
}

/** Whether the list of what a rebase still has to do starts programs (git-rebase(1)). The rebase itself must write it. */
export const startsPrograms = (todo: string): boolean => /^[ \t]*(x|exec)[ \t]/m.test(textOf(todo))

/** Returns the beginning of an ordinary file, and '' for anything else: a hostile repository may have a pipe or a device there. */
function textOf(path: string): string {
  try {
    const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    try {
      if (!fstatSync(fd).isFile()) return ''
      const bytes = Buffer.alloc(mostBytes)
      return bytes.toString('utf8', 0, readSync(fd, bytes, 0, mostBytes, 0))
    } finally {
      closeSync(fd)
    }
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
