import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { resolveProgram } from './program-path.ts'
import { takeSignals } from './signals.ts'
import { type ExitCode, TwinError } from '../../errors.ts'

/** Leaves the process once everything written has gone out: sockets and pipes that are open would hold it otherwise. */
export const leave = (code: ExitCode): Promise<never> => new Promise(() => process.stdout.write('', () => process.exit(code)))

export interface OwnLaunch {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment of the child, its keys included. */
  readonly env: Readonly<Record<string, string>>
}

const SETPRIV = '/usr/bin/setpriv'
/** How long the output of a program that has ended may stay open, in ms. */
const DRAIN_MS = 500

/**
 * On Linux the kernel itself can end a child whose parent dies, even by SIGKILL, when the child asks for it
 * (prctl PR_SET_PDEATHSIG); util-linux's `setpriv` asks on its behalf and then becomes the program.
 */
export function tiedToParent(): string[] {
  if (process.platform !== 'linux') return []
  const tie = [SETPRIV, '--pdeathsig', 'TERM', '--']
  const probe = spawnSync(SETPRIV, [...tie.slice(1), '/bin/true'], { stdio: 'ignore', timeout: 2000 })
  return probe.status === 0 ? tie : []
}

/**
 * Runs a program in our place: it gets our standard streams untouched, our signals are its signals, and this process
 * ends as it ended, by the same code or the same signal. Never returns when it started. With `wired`, its input and output
 * are pipes, which `wired` gets to join them to ours.
 */
export async function runInPlace(server: string, launch: OwnLaunch, wired?: (stdin: Writable, stdout: Readable) => void): Promise<never> {
  const program = resolveProgram(launch.command, launch.args, launch.env)
  if (program === null) {
    throw new TwinError('not-found', `"${server}" starts "${launch.command}", and there is no such program on this side.`, {
      hint: `install it, or add the server anew: mcp-twin remove ${server}; then: mcp-twin add ${server}`,
    })
  }
  const [file = '', ...args] = [...tiedToParent(), program.file, ...program.args]
  let child: ChildProcess | null = null
  const early: NodeJS.Signals[] = []
  const release = takeSignals((signal) => (child === null ? early.push(signal) : child.kill(signal)))
  child = spawn(file, args, {
    stdio: wired === undefined ? 'inherit' : ['pipe', 'pipe', 'inherit'],
    env: { ...launch.env },
    windowsVerbatimArguments: program.verbatim,
    windowsHide: true,
  })
  for (const signal of early) child.kill(signal)
  if (child.stdin !== null && child.stdout !== null) wired?.(child.stdin, child.stdout)
  return mirror(server, child, release)
}

/** Calls back with the end of a child, once what it wrote to us has been read; what it left behind may hold its output open. */
function onEnd(child: ChildProcess, ended: (code: number | null, signal: NodeJS.Signals | null) => void): void {
  if (child.stdout === null) return void child.once('exit', ended)
  const once = (code: number | null, signal: NodeJS.Signals | null): void => {
    child.removeAllListeners('close')
    process.stdout.write('', () => ended(code, signal))
  }
  child.once('close', once)
  child.once('exit', (code, signal) => setTimeout(() => child.listenerCount('close') > 0 && once(code, signal), DRAIN_MS))
}

function mirror(server: string, child: ChildProcess, release: () => void): Promise<never> {
  // A last try where no kernel ties the two together: an end in order takes the child along.
  const end = () => child.kill('SIGTERM')
  process.once('exit', end)
  return new Promise((_, reject) => {
    child.once('error', (error: NodeJS.ErrnoException) => {
      reject(
        new TwinError('not-started', `"${server}" could not be started: ${error.code ?? error.message}.`, {
          hint: 'to see what it is: mcp-twin list',
          cause: error,
        }),
      )
    })
    onEnd(child, (code, signal) => {
      process.removeListener('exit', end)
      if (signal === null) process.exit(code ?? 1)
      release()
      process.kill(process.pid, signal)
      // Some signals do not end a process; then the usual code for them says the same.
      setTimeout(() => process.exit(1), 1000)
    })
  })
}
