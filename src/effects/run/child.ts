import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { TwinError } from '../../errors.ts'
import { resolveProgram } from './program-path.ts'
import { takeSignals } from './signals.ts'

export interface OwnLaunch {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the child, its keys included. */
  readonly env: Readonly<Record<string, string>>
}

const SETPRIV = '/usr/bin/setpriv'

/**
 * On Linux the kernel itself can end a child whose parent dies, even by SIGKILL, when the child asks for it
 * (prctl PR_SET_PDEATHSIG); util-linux's `setpriv` asks on its behalf and then becomes the program.
 */
function tiedToParent(): string[] {
  if (process.platform !== 'linux') return []
  const tie = [SETPRIV, '--pdeathsig', 'TERM', '--']
  const probe = spawnSync(SETPRIV, [...tie.slice(1), '/bin/true'], { stdio: 'ignore', timeout: 2000 })
  return probe.status === 0 ? tie : []
}

/**
 * Runs a program in our place: it gets our standard streams untouched, our signals are its signals, and this process
 * ends as it ended, by the same code or the same signal. Never returns when it started.
 */
export async function runInPlace(server: string, launch: OwnLaunch): Promise<never> {
  const program = resolveProgram(launch.command, launch.args, launch.env)
  if (program === null) {
    throw new TwinError('not-found', `"${server}" starts "${launch.command}", and there is no such program on this side.`, {
      hint: `install it, or change the server: mcp-twin remove ${server}, then mcp-twin add ${server}`,
    })
  }
  const [file = '', ...args] = [...tiedToParent(), program.file, ...program.args]
  let child: ChildProcess | null = null
  const early: NodeJS.Signals[] = []
  const release = takeSignals((signal) => (child === null ? early.push(signal) : child.kill(signal)))
  child = spawn(file, args, {
    stdio: 'inherit',
    env: { ...launch.env },
    windowsVerbatimArguments: program.verbatim,
    windowsHide: true,
  })
  for (const signal of early) child.kill(signal)
  return mirror(server, child, release)
}

function mirror(server: string, child: ChildProcess, release: () => void): Promise<never> {
  // A last try where no kernel ties the two together: an end in order takes the child along.
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  return new Promise((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new TwinError('not-started', `"${server}" could not be started: ${error.code ?? error.message}.`, {
          hint: 'mcp-twin list shows what it is',
          cause: error,
        }),
      )
    })
    child.once('exit', (code, signal) => {
      process.removeListener('exit', end)
      if (signal === null) process.exit(code ?? 1)
      release()
      process.kill(process.pid, signal)
      // Some signals do not end a process; then the usual code for them says the same.
      setTimeout(() => process.exit(1), 1000)
    })
  })
}
