import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs'
import { arch } from 'node:process'
import { codeOf } from '../refusal.ts'
import type { Program, ProgramLookup } from './lookup.ts'
import type { Start } from './session.ts'

/**
 * A word that a shell takes as it stands: characters that mean nothing to it, and quotes around what it would not expand.
 * Each alternative begins differently, so that no line takes long to read.
 */
const part = /[\w./:,@%+=-]|'[^']*'|"[^"$`\\]*"/.source
const line = new RegExp(`^[ \\t]*(?:${part})+(?:[ \\t]+(?:${part})+)*[ \\t\\n]*$`)
const word = new RegExp(`(?:${part})+`, 'g')

/** What bash answers itself (`compgen -b`, `compgen -k`), wherever a program of that name may be. */
const answeredByShells = new Set(
  (
    '. alias bg bind break builtin caller cd chdir command compgen complete compopt continue declare dirs disown echo enable eval ' +
    'exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd printf pushd pwd read readarray ' +
    'readonly return set shift shopt source suspend test times trap true type typeset ulimit umask unalias unset wait ' +
    'if then else elif fi case esac for select while until do done in function time coproc'
  ).split(' '),
)
/** Of these the system's programs do the same, as long as nothing is asked of them. */
const sameAsProgram = new Set(['true', 'false'])
const ofSystem = /^(\/usr)?\/bin\/[^/]+$/

/** The words of a line with which a shell would only start one program; null where it has more to do. */
export function directWords(command: string): string[] | null {
  if (!line.test(command)) return null
  const written = command.match(word) ?? []
  const [name = ''] = written
  // Quotes keep nothing from being a built-in command; a line that quotes its program is left to the shell. So is a name
  // below /proc or /dev, where it may lead to something else for every process that asks.
  if (!/^[\w./+-]+$/.test(name) || /(^|\/)(proc|dev)\//.test(name)) return null
  if (answeredByShells.has(name) && !(sameAsProgram.has(name) && written.length === 1)) return null
  return written.map((each) => each.replace(/'([^']*)'|"([^"]*)"/g, '$1$2'))
}

/** `e_machine` of ELF, for the systems that are both of 64 bits and little endian (elf.h). */
const machines: Readonly<Record<string, number>> = { x64: 0x3e, arm64: 0xb7 }
const HEADER = 64
const SEGMENT = 56

/**
 * Whether a file is a program of this machine, by what the kernel asks of its header (fs/binfmt_elf.c). Not a script: what
 * the kernel refuses to start, `execvp` hands to /bin/sh (man 3 exec), where bash has rules of its own.
 */
function isNative(path: string): boolean {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const head = Buffer.alloc(HEADER)
    if (readSync(fd, head, 0, HEADER, 0) < HEADER || head.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return false
    const [type, machine, segment, segments] = [16, 18, 54, 56].map((at) => head.readUInt16LE(at))
    const isProgram = type === 2 || type === 3
    const end = Number(head.readBigUInt64LE(32)) + SEGMENT * (segments ?? 0)
    return isProgram && machine === machines[arch] && segment === SEGMENT && segments !== 0 && end <= fstatSync(fd).size
  } finally {
    closeSync(fd)
  }
}

/** Starting waits for the file system of what is started, with everybody else: that of the shell must be used anyway, a network drive is left to it. */
const besideShell = ({ path, device }: Program, shell: string): boolean => statSync(shell).dev === device && isNative(path)

/**
 * How a line for bash is started without it, on Linux; null where bash has something to do. It is what bash would put into
 * its own place, with the variables that it would add, a millisecond earlier. (It counts SHLVL up for itself and down
 * again for what replaces it. dash stays around its last command, so nothing is started without that one.)
 */
export function directStart(command: string, start: Start, lookup: ProgramLookup): Start | null {
  const words = directWords(command)
  const [shell = ''] = start.argv
  if (words === null || start.cwd === undefined || !lookup.isPlain) return null
  const [name = '', ...args] = words
  const program = lookup.find(name)
  try {
    if (program === null || !besideShell(program, shell)) return null
  } catch (error) {
    if (codeOf(error) === '') throw error
    // The shell finds the same trouble, or another way, and has words for it.
    return null
  }
  const { path } = program
  if (sameAsProgram.has(name) && !ofSystem.test(path)) return null
  return { ...start, argv: [path, ...args], name, env: { ...start.env, PWD: start.cwd, _: name.includes('/') ? name : path } }
}
