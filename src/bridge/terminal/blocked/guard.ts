import { denied } from '../../base/refusal.ts'
import { deepest, type Grammar, UnreadableCommand } from './command.ts'
import { posixCommands } from './posix.ts'
import { linesIn, nameOf, programsIn } from './programs.ts'
import { windowsCommands } from './windows.ts'

/** `mkfs` blocks `mkfs.ext4` too, but no script called `mkfs.sh`. */
const variant = /^\.(\d[\d.]*|ext\d|\w*fs|\w*fat|minix|msdos)$/

/**
 * Throws a refusal where a blocked command is in command position, or where it cannot be known what is. A guard rail, not a
 * boundary: it keeps an agent from a blocked program by accident or by simple disguise. A link, an interpreter or a script
 * still reaches one; `terminal: sandbox` is the wall.
 */
export function guardCommand(text: string, grammar: Grammar, blocked: readonly string[]): void {
  if (blocked.length === 0) return
  const entries = blocked.map((entry) => {
    const [program = '', ...rest] = entry.trim().split(/\s+/)
    return { entry, program: nameOf(program), rest }
  })
  const check = (line: string, rules: Grammar, depth: number): void => {
    if (depth > deepest) throw new UnreadableCommand('shells are nested too deeply')
    for (const words of rules === 'posix' ? posixCommands(line) : windowsCommands(line, rules))
      for (const at of programsIn(words)) {
        const name = nameOf(words[at]?.text)
        const found = entries.find(
          ({ program, rest }) =>
            (name === program || (name.startsWith(program) && variant.test(name.slice(program.length)))) &&
            rest.every((word, index) => words[at + 1 + index]?.text === word),
        )
        if (found !== undefined)
          throw denied(
            `${JSON.stringify(found.entry)} is on the list of blocked commands; a person can change bridge.blockedCommands in the manifest.`,
          )
        for (const [inner, its] of linesIn(words.slice(at), rules)) check(inner, its, depth + 1)
      }
  }
  try {
    check(text, grammar, 0)
  } catch (error) {
    if (!(error instanceof UnreadableCommand)) throw error
    throw denied(
      `The command is refused because it cannot be checked against the blocked commands: ${error.message}. Write it plainly, one program at a time.`,
    )
  }
}
