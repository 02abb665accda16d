import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { codeOf } from '../../refusal.ts'

/** What a git configuration takes from elsewhere: hooks, and further configuration. As absolute paths. */
export interface Elsewhere {
  readonly hooks: readonly string[]
  readonly configs: readonly string[]
}

const mostBytes = 256 * 1024

/** The value of a line, without quotes and comment; git's escapes do not occur in paths worth following. */
const unquoted = (text: string): string => (/^"([^"]*)"/.exec(text)?.[1] ?? text.replace(/\s+[#;].*$/, '')).trim()

/** Reads `core.hooksPath` and `include.path` (git-config(1)). `worktree`: what hooksPath is relative to. */
export function elsewhereOf(config: string, worktree: string, home: string): Elsewhere {
  const hooks: string[] = []
  const configs: string[] = []
  const from = (path: string, base: string) =>
    path.startsWith('~/') ? join(home, path.slice(2)) : isAbsolute(path) ? path : join(base, path)
  let section = ''
  for (const line of textOf(config).split('\n')) {
    const header = /^\s*\[\s*([\w.-]+)/.exec(line)
    if (header !== null) section = header[1]?.toLowerCase() ?? ''
    const [, key = '', value = ''] = /^\s*(?:\[[^\]]*\]\s*)?([\w-]+)\s*=\s*(.*)$/.exec(line) ?? []
    const path = unquoted(value)
    if (path === '') continue
    if (section === 'core' && key.toLowerCase() === 'hookspath') hooks.push(from(path, worktree))
    if (/^include(if)?$/.test(section) && key.toLowerCase() === 'path') configs.push(from(path, join(config, '..')))
  }
  return { hooks, configs }
}

/** A file that says where a git directory is (`gitdir: …`); null: it does not. */
export function gitDirectoryNamedIn(file: string): string | null {
  const [, path] = /^gitdir:\s*(.+?)\s*$/m.exec(textOf(file)) ?? []
  return path === undefined ? null : isAbsolute(path) ? path : join(file, '..', path)
}

/** Whether the list of what a rebase still has to do starts programs (git-rebase(1)). The rebase itself must write it. */
export const startsPrograms = (todo: string): boolean => /^\s*(x|exec)\s/m.test(textOf(todo))

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8').slice(0, mostBytes)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return ''
  }
}
