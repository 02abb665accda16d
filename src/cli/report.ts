import { dirname } from 'node:path'
import type { Io } from '../context.ts'
import { EXIT, type ExitCode, type Location, systemCode, TwinError } from '../errors.ts'
import { spelled } from '../ui/escape.ts'
import { quotedPath } from '../model/quoted-path.ts'

interface Where extends Partial<Location> {
  readonly hint?: string | undefined
}

/** Every field is always there, null where there is nothing to say. */
function errorDocument(io: Io, command: string, code: string, message: string, { file, line, column, hint }: Where): object {
  const error = { code, message: io.mask(message), file: file ?? null, line: line ?? null, column: column ?? null, hint: hint ?? null }
  return { command, error }
}

/** Prints how a command failed: words on stderr, or the error document on stdout under `--json`. */
export function reportFailure(io: Io, command: string, error: unknown): ExitCode {
  if (error instanceof TwinError) {
    const { file, line, column } = error.place ?? { file: undefined }
    io.json(errorDocument(io, command, error.code, error.message, { ...error.place, hint: error.hint }))
    if (!io.asJson) {
      const where =
        file === undefined
          ? ''
          : `\n  at ${spelled(file)}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}`
      const way = error.hint === undefined ? '' : `\n  ${io.paint.dim('→')} ${spelled(error.hint)}`
      io.error(error.exit === EXIT.cancelled ? error.message : `${io.paint.bad('mcp-twin:')} ${spelled(error.message)}${where}${way}`)
    }
    if (io.verbose && error.cause instanceof Error) io.error(error.cause.stack ?? error.cause.message)
    return error.exit
  }
  const trouble = systemTrouble(error)
  if (trouble !== null) {
    const known = new TwinError(trouble.code, trouble.message, { hint: trouble.hint, cause: error })
    return reportFailure(io, command, known)
  }
  const crash = error instanceof Error ? error : new Error(String(error))
  io.json(errorDocument(io, command, 'crash', crash.message, { hint: `mcp-twin ${command} --verbose shows where` }))
  if (!io.asJson) {
    io.error(`${io.paint.bad('mcp-twin:')} unexpected error: ${spelled(crash.message)}`)
    io.error(
      io.verbose ? (crash.stack ?? '') : `  ${io.paint.dim('→')} run the same command with --verbose to see where, and please report it`,
    )
  }
  return EXIT.failed
}

/** Gives way to the command that shows it, where the path is known. */
const SHOW_OWNER = 'check who owns it and its folder'

/** What the system says in codes, in words. None of them is a fault of this program, so none is reported as a crash. */
const WORDS: Readonly<Record<string, readonly [what: string, hint: string]>> = {
  ENOSPC: ['the disk is full', 'free some space, then run the same command again'],
  EDQUOT: ['your disk quota is used up', 'free some space, then run the same command again'],
  EACCES: ['permission denied', SHOW_OWNER],
  EPERM: ['operation not permitted', SHOW_OWNER],
  EROFS: ['that file system is read-only', 'choose another place, or mount it for writing'],
  ENOENT: ['no such file or folder', 'check the path: one of its folders may be missing'],
  ENOTDIR: ['part of the path is a file, not a folder', 'check the path'],
  EISDIR: ['it is a folder, not a file', 'check the path'],
  EEXIST: ['it already exists', 'move it away, then run the same command again'],
  ENAMETOOLONG: ['the name is too long', 'choose a shorter one'],
  ELOOP: ['its symbolic links form a loop', 'fix the links, then run the same command again'],
  EMFILE: ['too many files are open', 'close some programs, then run the same command again'],
  ENFILE: ['too many files are open on this computer', 'close some programs, then run the same command again'],
  EFBIG: ['it is larger than 64 MiB', 'choose another file'],
  EAGAIN: ['nothing was written to it in time', 'check the program that writes to it'],
  EBUSY: ['another program is using it', 'close that program, then run the same command again'],
  EIO: ['the disk reports an error', 'check the system log; no partial write was kept'],
}

const VERBS: Readonly<Record<string, string>> = {
  open: 'opened',
  read: 'read',
  write: 'written',
  fsync: 'written',
  mkdir: 'created',
  rename: 'renamed',
  rm: 'removed',
  unlink: 'removed',
  rmdir: 'removed',
  scandir: 'listed',
}

interface SystemTrouble {
  readonly code: string
  readonly message: string
  readonly hint: string
}

/** The command that shows who owns a path and its folder, in the shell of its side. */
const ownersOf = (path: string): string =>
  /^(?:[A-Za-z]:|\\)\\/.test(path) ? `icacls "${path}"` : `ls -ld ${[dirname(path), path].map(quotedPath).join(' ')}`

/** The message and hint for an error of the file system that no command handled; null for any other error. */
export function systemTrouble(error: unknown): SystemTrouble | null {
  if (!(error instanceof Error)) return null
  const { code: said, path, syscall }: NodeJS.ErrnoException = error
  const code = said === undefined ? undefined : systemCode(said)
  const words = code === undefined || !Object.hasOwn(WORDS, code) ? undefined : WORDS[code]
  if (code === undefined || words === undefined) return null
  const verb = syscall === undefined || !Object.hasOwn(VERBS, syscall) ? 'used' : VERBS[syscall]
  const [what, hint] = words
  const shows = hint === SHOW_OWNER && path !== undefined ? ownersOf(path) : hint
  return { code, message: `${path ?? 'a file'} cannot be ${verb}: ${what} (${code}).`, hint: shows }
}
