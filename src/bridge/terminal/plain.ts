import { closeSync, constants, openSync, readSync, statSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { arch } from 'node:process'
import { accessTrouble } from '../access.ts'
import { codeOf } from '../refusal.ts'
import type { Start } from './session.ts'

/**
 * A word that a shell takes as it stands: characters that mean nothing to it, and quotes around what it would not expand.
 * Each alternative begins differently, so that no line takes long to read.
 */
const part = /[\w./:,@%+=-]|'[^']*'|"[^"$`\\]*"/.source
const line = new RegExp(`^[ \\t]*(?:${part})+(?:[ \\t]+(?:${part})+)*[ \\t\\n]*$`)
const word = new RegExp(`(?:${part})+`, 'g')

/** What bash and dash answer themselves (`compgen -b`, `compgen -k`), wherever a program of that name may be. */
const answeredByShells = new Set(
  (
    '. : [ alias bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown echo enable eval ' +
    'exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray ' +
    'readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait ' +
    'if then else elif fi case esac for select while until do done in function time coproc'
  ).split(' '),
)
/** Of these the programs do the same, as long as nothing is asked of them. */
const sameAsProgram = new Set(['true', 'false'])

/** The words of a line with which a shell would only start one program; null where it has more to do. */
export function plainWords(command: string): string[] | null {
  if (!line.test(command)) return null
  const written = command.match(word) ?? []
  const [name = ''] = written
  // Quotes keep nothing from being a built-in command; a line that quotes its program is left to the shell.
  if (!/^[\w./+-]+$/.test(name)) return null
  if (answeredByShells.has(name) && !(sameAsProgram.has(name) && written.length === 1)) return null
  return written.map((each) => each.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}

/** `e_machine` of ELF, for the systems that are both of 64 bits and little endian (elf.h). */
const machines: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 }

/** Begins as what the kernel starts by itself: anything else may be a script that only a shell reads. */
function isStartable(path: string): boolean {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const head = Buffer.alloc(20)
    readSync(fd, head, 0, head.length, 0)
    if (head.toString('latin1', 0, 2) === '#!') return true
    return head.toString('latin1', 0, 6) === '\x7fELF\x02\x01' && head.readUInt16LE(18) === machines[arch]
  } finally {
    closeSync(fd)
  }
}

function isProgram(path: string): boolean {
  const facts = statSync(path, { throwIfNoEntry: false })
  return facts?.isFile() === true && (facts.mode & 0o111) !== 0 && accessTrouble(path, constants.X_OK) === ''
}

/** Where a shell would find a program: by its path, else the first in the folders of PATH. */
function programOf(name: string, cwd: string, path: string): string | null {
  if (name.includes('/')) return isProgram(join(isAbsolute(name) ? '' : cwd, name)) ? name : null
  const folders = path.split(':')
  if (!folders.every(isAbsolute)) return null
  const folder = folders.find((each) => isProgram(join(each, name)))
  return folder === undefined ? null : join(folder, name)
}

/**
 * How a line is started without its shell, on Linux: null where the shell has something to do. What is started is what
 * bash and dash would put into their own place, with the variables that they would add (bash manual, 5.2), a
 * millisecond earlier.
 */
export function plainStart(command: string, start: Start): Start | null {
  const words = plainWords(command)
  const [name = '', ...args] = words ?? []
  const { cwd, env } = start
  if (words === null || cwd === undefined) return null
  try {
    const program = programOf(name, cwd, env.PATH ?? '')
    if (program === null || !isStartable(join(isAbsolute(program) ? '' : cwd, program))) return null
    return { ...start, argv: [program, ...args], name, env: { ...env, PWD: cwd, _: program } }
  } catch (error) {
    if (codeOf(error) === '') throw error
    // The shell finds the same trouble, or another way, and has words for it.
    return null
  }
}
