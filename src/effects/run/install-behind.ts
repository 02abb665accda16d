import { installPackage } from '../packages/install.ts'
import { type NeededPackage, readiness } from '../packages/ready.ts'
import { Attended } from './attended.ts'
import { type OwnLaunch, runInPlace } from './child.ts'
import type { LocalSide } from './local-side.ts'
import type { ServerName } from './own-answers.ts'
import { EXIT, type ExitCode, TwinError } from '../../errors.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { withoutHidden } from '../../model/hidden.ts'

/** A server and the script of its package. */
export interface Script {
  readonly server: string
  readonly needed: NeededPackage
  readonly script: NativePath
}

/** Returns whether the script may be started. Throws if it exists but must not be started. */
export async function isReady(system: System, { self, folder }: LocalSide, { server, needed, script }: Script): Promise<boolean> {
  const found = await readiness(system, self, folder, needed, script)
  if (found.kind === 'odd')
    throw new TwinError('not-started', `"${server}" is not started: ${found.reason}.`, {
      hint: `remove ${found.folder}; the next start installs it again`,
    })
  return found.kind === 'ready'
}

/** Installs the package of a script. Throws why it could not; returns if aborted. */
export async function installNeeded(
  system: System,
  local: LocalSide,
  wanted: Script,
  { offline, signal }: { readonly offline: boolean; readonly signal: AbortSignal },
): Promise<void> {
  const { server, needed } = wanted
  const { locked, allowScripts, prefix, npmrcOnly } = needed
  const { world, self, folder } = local
  const words = `${locked.name} ${locked.version}`
  const options = { allowScripts, prefix, signal, offline, npmrcOnly }
  const { outcome, reason, hint } = await installPackage(system, world, self, folder, locked, options)
  if (signal.aborted) return
  if (outcome === 'failed')
    throw new TwinError('not-installed', `"${server}" cannot be started: ${words} could not be installed: ${reason ?? 'npm failed'}.`, {
      hint: hint ?? 'mcp-twin sync',
    })
  if (!(await isReady(system, local, wanted)))
    throw new TwinError('not-started', `"${server}" cannot be started: ${words} lacks the script ${wanted.script}.`, {
      hint: 'name another version in the manifest',
    })
}

/** A server whose package is not installed on this side. */
export interface AbsentPackage {
  readonly server: ServerName
  /** The package, by name and version. */
  readonly words: string
  readonly launch: OwnLaunch
  /** Installs the package. Throws TwinError; an aborted attempt leaves nothing behind. */
  install(signal: AbortSignal): Promise<void>
  /** Aborted when this run is ended. */
  readonly signal: AbortSignal
}

/** Time for a client's first message, in ms. A terminal, or an input that has ended by then, waits for no answer. */
const FIRST_WORD_MS = 100

/**
 * Installs the package of a server, and starts the server. Claude Code gives a server 30 s for the handshake
 * (`MCP_TIMEOUT`), too short for a slow line: so a client is answered at once, and connected to the server once it has
 * started. Without a client, the server gets our standard streams.
 */
export async function installBehind({ server, words, launch, install, signal }: AbsentPackage): Promise<ExitCode> {
  process.stderr.write(
    withoutHidden(`mcp-twin: ${words}, the package of "${server.name}", is not installed on this side yet; installing it now\n`),
  )
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
