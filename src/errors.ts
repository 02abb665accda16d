/** Exit codes, one table. When several apply: 130, then 2, then 1, then 3. */
export const EXIT = { ok: 0, failed: 1, usage: 2, attention: 3, cancelled: 130 } as const
export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** Where in a file a problem is; line and column count from 1. */
export interface Location {
  readonly file: string
  readonly line?: number | undefined
  readonly column?: number | undefined
}

/** An expected failure that stops a command: what, where, why, and the command that fixes it. */
export class TwinError extends Error {
  readonly code: string
  readonly hint: string | undefined
  readonly place: Location | undefined
  readonly exit: ExitCode

  constructor(code: string, message: string, more: { hint?: string; place?: Location; exit?: ExitCode; cause?: unknown } = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'TwinError'
    this.code = code
    this.hint = more.hint
    this.place = more.place
    this.exit = more.exit ?? EXIT.failed
  }
}

/** Wrong usage or a bad manifest: exit code 2. */
export const usageError = (message: string, more: { hint?: string; place?: Location } = {}): TwinError =>
  new TwinError('usage', message, { ...more, exit: EXIT.usage })

/** The errno name of an error code. libuv has none for an exceeded disk quota, so Node gives its number: 122 on Linux, 69 on macOS (errno.h). */
export const systemCode = (code: string): string => (/^Unknown system error -(122|69)$/.test(code) ? 'EDQUOT' : code)

/** The exit code of a command that runs until it is stopped: Ctrl-C cancels, SIGTERM is a service's regular end. */
export const endedBy = (signal: AbortSignal): ExitCode => (signal.reason === 'SIGTERM' ? EXIT.ok : EXIT.cancelled)

/** What is said where a manifest is needed that nobody has made yet. `place` is its path, as people read it. */
export const noManifest = (place: string): string => `No manifest yet at ${place}.`
