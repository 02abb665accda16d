import type { Io } from '../context.ts'
import { EXIT, type ExitCode, type Place, TwinError } from '../errors.ts'
import { spelled } from '../ui/escape.ts'
import { systemTrouble } from './system-trouble.ts'

interface Where extends Partial<Place> {
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
