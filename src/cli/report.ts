import type { Io } from '../context.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'

/** Prints how a command failed: words on stderr, or the error document on stdout under `--json`. */
export function reportFailure(io: Io, command: string, error: unknown): ExitCode {
  if (error instanceof TwinError) {
    const { file, line, column } = error.place ?? { file: undefined }
    io.json({ command, error: { code: error.code, message: io.mask(error.message), file, line, column, hint: error.hint } })
    if (!io.asJson) {
      const where =
        file === undefined ? '' : `\n  at ${file}${line === undefined ? '' : `:${line}${column === undefined ? '' : `:${column}`}`}`
      const way = error.hint === undefined ? '' : `\n  ${io.paint.dim('→')} ${error.hint}`
      io.error(error.exit === EXIT.cancelled ? error.message : `${io.paint.bad('mcp-twin:')} ${error.message}${where}${way}`)
    }
    if (io.verbose && error.cause instanceof Error) io.error(error.cause.stack ?? error.cause.message)
    return error.exit
  }
  const crash = error instanceof Error ? error : new Error(String(error))
  io.json({ command, error: { code: 'crash', message: io.mask(crash.message), hint: `mcp-twin ${command} --verbose shows where` } })
  if (!io.asJson) {
    io.error(`${io.paint.bad('mcp-twin:')} something went wrong that should not: ${crash.message}`)
    io.error(io.verbose ? (crash.stack ?? '') : `  ${io.paint.dim('→')} the same command with --verbose shows where; please report it`)
  }
  return EXIT.failed
}
