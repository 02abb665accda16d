import { lstatSync, realpathSync } from 'node:fs'
import { delimiter, isAbsolute, join } from 'node:path'
import { codeOf, denied } from '../../refusal.ts'
import type { Grammar } from '../shells.ts'
import { cmdCommands } from './cmd.ts'
import { bare, blockedBy } from './entries.ts'
import { posixCommands } from './posix.ts'
import { powershellCommands } from './powershell.ts'
import { posixShells, texting, wrappers } from './starters.ts'
import { demandFew, type SimpleCommand, Unreadable } from './word.ts'

const read = (text: string, grammar: Grammar): SimpleCommand[] =>
  grammar === 'posix' ? posixCommands(text) : grammar === 'cmd' ? cmdCommands(text) : powershellCommands(text)

/** Command lines given to another shell as an argument: they are read by that shell's rules. */
function inner({ words, fed }: SimpleCommand, outer: Grammar): { text: string; grammar: Grammar } | null {
  const name = bare(words[0]?.text ?? '')
  const rest = words.slice(1)
  const joined = (from: number): string => {
    // Words of a POSIX shell lose their variables when they are read; the others keep them, to be judged once more.
    if (outer === 'posix' && rest.slice(from).some(({ dynamic }) => dynamic))
      throw new Unreadable(`what ${name} is to run is only known when it runs`)
    return rest
      .slice(from)
      .map(({ text }) => text)
      .join(' ')
  }
  if (name === 'eval') return { text: joined(0), grammar: 'posix' }
  if (name === 'trap' && rest.length > 1) {
    const at = rest[0]?.text === '--' ? 1 : 0
    return { text: rest[at]?.dynamic ? joined(at) : (rest[at]?.text ?? ''), grammar: 'posix' }
  }
  if ((name === '.' || name === 'source') && (rest[0]?.dynamic || /^\/(dev|proc)\//.test(rest[0]?.text ?? '')))
    throw new Unreadable('what is read in is only known when it runs')
  const own = rest.slice(0, rest.findIndex(({ text }) => !/^-|^\w+=/.test(text)) + 1 || undefined)
  if (name === 'env' && own.some(({ text }) => /^(-[a-z]*S|--split-string)/.test(text)))
    throw new Unreadable('env takes a text apart by itself')
  if (name === 'wsl') {
    const at = rest.findIndex(
      ({ text }, index) => !/^(-|~$)/.test(text) && !/^(-d|-u|--distribution|--user|--cd|--shell-type)$/.test(rest[index - 1]?.text ?? ''),
    )
    return at < 0 ? null : { text: joined(at), grammar: 'posix' }
  }
  if (posixShells.has(name)) {
    const at = rest.findIndex(({ text }) => /^-[a-z]*c$/i.test(text))
    if (at < 0) {
      if (fed && rest.every(({ text }) => /^[-+]/.test(text))) throw new Unreadable(`what ${name} is to run comes from its input`)
      return null
    }
    const from = at + (rest[at + 1]?.text === '--' ? 2 : 1)
    if (outer === 'posix' && rest[from]?.dynamic) throw new Unreadable(`what ${name} is to run is only known when it runs`)
    return { text: rest[from]?.text ?? '', grammar: 'posix' }
  }
  return name === 'cmd' || name === 'powershell' || name === 'pwsh' ? innerOfWindows(name, joined) : null
}

/** The same for Windows' own shells; `joined` gives their words from one on. */
function innerOfWindows(name: 'cmd' | 'powershell' | 'pwsh', joined: (from: number) => string): { text: string; grammar: Grammar } | null {
  const all = joined(0)
  if (name === 'cmd') {
    const text = /(?:^|\s|\/\w+)\/[ckr](.*)$/is.exec(all)?.[1]
    return text === undefined ? null : { text, grammar: 'cmd' }
  }
  if (/(^|\s)[-/]e(nc?|nco\w*|c)?(\s|$)/i.test(all)) throw new Unreadable('an encoded command cannot be read')
  // What follows the options is a command; those that take a value are these.
  const text = all.replace(
    /^\s*([-/](ex\w*|ep|v\w*|w\w*|inp\w*|o\w*|conf\w*|psc\w*|wo\w*)\s+\S+\s*|[-/](?!c(o\w*)?\s)\w+\s*)*([-/]c(o\w*)?\s+)?/i,
    '',
  )
  return text.trim() === '' ? null : { text, grammar: 'powershell' }
}

/** The programs a line starts, each checked by its name; throws a refusal. Answers the plain names, to be looked up. */
function check(text: string, grammar: Grammar, blocked: readonly string[], depth: number): string[] {
  if (depth > 8) throw new Unreadable('shells are nested too deeply')
  const programs: string[] = []
  const refuse = (entry: string) => {
    throw denied(`${JSON.stringify(entry)} is on the list of blocked commands; a person can change bridge.blockedCommands in the manifest.`)
  }
  for (const command of read(text, grammar)) {
    const { words } = command
    const [program] = words
    if (program === undefined) continue
    if (program.dynamic) throw new Unreadable(`the program ${JSON.stringify(program.text.slice(0, 60))} is only known when it runs`)
    const entry = blockedBy(words, 0, blocked)
    if (entry !== null) refuse(entry)
    programs.push(program.text)
    if (wrappers.has(bare(program.text))) {
      demandFew(words)
      for (let at = 1; at < words.length; at++) {
        const behind = blockedBy(words, at, blocked)
        if (behind !== null) refuse(behind)
        const lower = inner({ words: words.slice(at) }, grammar)
        if (lower !== null) programs.push(...check(lower.text, lower.grammar, blocked, depth + 1))
      }
      const next = words.slice(1).find(({ text }) => !/^-|^\w+=|^[\d.]+[smhd]?$/.test(text))
      if (next?.dynamic && !['find', 'fd'].includes(bare(program.text)))
        throw new Unreadable(`what ${bare(program.text)} is to run is only known when it runs`)
    }
    if (texting.has(bare(program.text)))
      for (const { text: word } of words.slice(1))
        if (/\s/.test(word)) programs.push(...check(word, bare(program.text) === 'forfiles' ? 'cmd' : 'posix', blocked, depth + 1))
    const lower = inner(command, grammar)
    if (lower !== null) programs.push(...check(lower.text, lower.grammar, blocked, depth + 1))
    if (bare(program.text) === 'alias')
      for (const { text: alias } of words.slice(1)) programs.push(...check(alias.replace(/^[^=]*=/, ''), grammar, blocked, depth + 1))
  }
  return programs
}

/**
 * A guard rail, not a boundary: it keeps an agent from a blocked program by accident or by simple disguise, and refuses
 * a line that it cannot read. A program can still be reached through an interpreter or a script; `terminal: sandbox` is
 * the wall. `cwd` and `path` are this side's; null where the command runs on the other one.
 */
export function guardCommand(
  text: string,
  grammar: Grammar,
  blocked: readonly string[],
  lookup: { cwd: string; path: string } | null,
): void {
  if (blocked.length === 0) return
  let programs: string[]
  try {
    programs = check(text, grammar, blocked, 0)
  } catch (error) {
    if (error instanceof Unreadable)
      throw denied(
        `The command is refused because it cannot be checked against the blocked commands: ${error.message}. Write it plainly, one program at a time.`,
      )
    throw error
  }
  if (lookup === null) return
  for (const program of new Set(programs)) {
    const real = resolved(program, lookup)
    const entry = real === null ? null : blockedBy([{ text: real, dynamic: false, quoted: false }], 0, blocked)
    if (entry !== null)
      throw denied(
        `${JSON.stringify(program)} is ${real}, which is on the list of blocked commands; a person can change bridge.blockedCommands in the manifest.`,
      )
  }
}

/** The file that a program's name leads to, links followed: a link to a blocked program is that program. */
function resolved(program: string, { cwd, path }: { cwd: string; path: string }): string | null {
  const candidates = /[\\/]/.test(program)
    ? [isAbsolute(program) ? program : join(cwd, program)]
    : path
        .split(delimiter)
        .filter((folder) => folder !== '')
        .map((folder) => join(folder, program))
  for (const candidate of candidates) {
    // Most folders of PATH do not have it, which is told without the cost of an error.
    if (lstatSync(candidate, { throwIfNoEntry: false }) === undefined) continue
    try {
      return realpathSync.native(candidate)
    } catch (error) {
      if (codeOf(error) === '') throw error
    }
  }
  return null
}
