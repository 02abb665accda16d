import { realpathSync } from 'node:fs'
import { codeOf, denied } from '../../base/refusal.ts'
import type { ProgramLookup } from '../lookup.ts'
import type { Grammar } from '../shells.ts'
import { cmdCommands } from './cmd.ts'
import { blockedBy } from './entries.ts'
import { linesIn } from './lines-in.ts'
import { posixCommands } from './posix.ts'
import { powershellCommands } from './powershell.ts'
import { starts } from './starters.ts'
import { type SimpleCommand, Unreadable, type Word } from './word.ts'

const read = (text: string, grammar: Grammar): SimpleCommand[] =>
  grammar === 'posix' ? posixCommands(text) : grammar === 'cmd' ? cmdCommands(text) : powershellCommands(text)

/** Of the words behind a program that starts others so many are looked up, in a line so many names: each is looked for in every folder of PATH. */
const lookedUpTo = 20
const mostNames = 200

/** A word for a person, short. */
function asWritten({ text, written = text }: Word): string {
  return written.length > 60 ? `${written.slice(0, 60)}…` : written
}

/** The programs a line starts, each checked by its name; throws a refusal. Answers those with plain names, to be looked up. */
function check(text: string, grammar: Grammar, blocked: readonly string[], depth: number): SimpleCommand[] {
  if (depth > 8) throw new Unreadable('shells are nested too deeply')
  const programs: SimpleCommand[] = []
  for (const command of read(text, grammar)) {
    const { words } = command
    const [program] = words
    if (program === undefined) continue
    if (program.dynamic && !program.named) throw new Unreadable(`the program ${asWritten(program)} is only known when it runs`)
    for (const at of starts(words)) {
      const entry = blockedBy(words, at, blocked)
      if (entry !== null)
        throw denied(
          `${JSON.stringify(entry)} is on the list of blocked commands; a person can change bridge.blockedCommands in the manifest.`,
        )
      const started = at === 0 ? command : { words: words.slice(at) }
      if (words[at]?.dynamic === false && at < lookedUpTo) programs.push(started)
      for (const lower of linesIn(started, grammar)) programs.push(...check(lower.text, lower.grammar, blocked, depth + 1))
    }
  }
  return programs
}

/**
 * A guard rail, not a boundary: it keeps an agent from a blocked program by accident or by simple disguise, and refuses
 * a line that it cannot read. A program can still be reached through an interpreter or a script; `terminal: sandbox` is
 * the wall. `lookup` is this side's; null where the command runs on the other one.
 */
export function guardCommand(text: string, grammar: Grammar, blocked: readonly string[], lookup: ProgramLookup | null): void {
  if (blocked.length === 0) return
  let programs: SimpleCommand[]
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
  const names = new Set(programs.map(({ words }) => words[0]?.text ?? ''))
  if (names.size > mostNames) throw denied(`The command is refused because it starts ${names.size} different programs; run it in parts.`)
  const files = new Map([...names].map((name) => [name, realOf(name, lookup)]))
  for (const { words } of programs) {
    const [{ text: name } = { text: '' }, ...rest] = words
    const real = files.get(name) ?? null
    const entry = real === null ? null : blockedBy([{ text: real, dynamic: false, quoted: false }, ...rest], 0, blocked)
    if (entry !== null)
      throw denied(
        `${JSON.stringify(name)} is ${real}; ${JSON.stringify(entry)} is on the list of blocked commands, which a person can change: bridge.blockedCommands in the manifest.`,
      )
  }
}

/** The file that a program's name leads to, links followed: a link to a blocked program is that program. */
function realOf(program: string, lookup: ProgramLookup): string | null {
  const found = lookup.find(program)
  try {
    return found === null ? null : realpathSync.native(found)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
