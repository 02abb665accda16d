import { EXIT, type ExitCode } from '../../errors.ts'
import { Attended } from './attended.ts'
import { type OwnLaunch, runInPlace } from './child.ts'
import type { ServerName } from './own-answers.ts'

/** A server whose package is not installed on this side. */
export interface Absent {
  readonly server: ServerName
  /** The package, by name and version. */
  readonly words: string
  readonly launch: OwnLaunch
  /** Installs the package. Throws TwinError, which says why it could not be; nothing is left of an attempt that is aborted. */
  install(signal: AbortSignal): Promise<void>
  /** Aborted when this run is ended. */
  readonly signal: AbortSignal
}

/** A client speaks as soon as it has started us. Whose input is a terminal, or has ended by then, waits for no answer. In ms. */
const FIRST_WORD_MS = 100

/**
 * Installs the package of a server, and starts the server. Claude Code gives a server 30 s to answer its handshake
 * (`MCP_TIMEOUT`), which is too short for a slow line: so a client is answered at once, and joined to the server when that
 * is there. Where nobody waits for answers, the server gets our streams as they are.
 */
export async function installBehind({ server, words, launch, install, signal }: Absent): Promise<ExitCode> {
  process.stderr.write(`mcp-twin: ${words}, the package of "${server.name}", is not installed on this side yet; installing it now\n`)
  if (await isClientThere()) return new Attended(server, launch).serve(install, signal)
  await install(signal)
  return signal.aborted ? EXIT.cancelled : runInPlace(server.name, launch)
}

function isClientThere(): Promise<boolean> {
  const { stdin } = process
  if (stdin.isTTY) return Promise.resolve(false)
  return new Promise((resolve) => {
    const answer = (isThere: boolean): void => {
      clearTimeout(timer)
      stdin.removeListener('readable', seen)
      resolve(isThere)
    }
    const seen = (): void => answer(stdin.readableLength > 0)
    const timer = setTimeout(answer, FIRST_WORD_MS, true)
    stdin.on('readable', seen)
  })
}
