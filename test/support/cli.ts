import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { nodePath, projectFolder } from './machine.ts'
import type { Scratch } from './scratch.ts'

/** The program as a person starts it. */
export const cliPath = join(projectFolder, 'bin/mcp-twin.mjs')

export interface CliOptions {
  /** What it gets on standard input; nothing = an input that has ended. */
  readonly input?: string | Uint8Array
  /** Added to the scratch's environment; `undefined` takes a variable away. */
  readonly env?: Record<string, string | undefined>
  readonly cwd?: string
  /** Default 120 s; then the process is killed and `code` is null. */
  readonly timeoutMs?: number
  /** Another program than the checkout's: an installed tarball's, a launcher's. */
  readonly program?: string
  /** Words before the program: `strace …`, `setpriv …`. */
  readonly wrapper?: readonly string[]
  /** Lets sync, add and enable try what they write, as they do by themselves; most tests write servers that start nowhere. */
  readonly tries?: boolean
  /** Called with the child as soon as it runs, to watch it or to end it. */
  readonly started?: (child: ChildProcess) => void
}

export interface CliResult {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
  /** Both streams, for what a person would see. */
  readonly output: string
  /** What stdout says as one JSON document; throws with both streams when it is not one. */
  readonly json: Json
}

// Results of `--json` are read by path in many tests; each says in its expectation what it must be.
// biome-ignore lint/suspicious/noExplicitAny: the shape is what the tests are about
type Json = any

/** Ends a process for good; its streams too, since a grandchild that holds them would keep them open for ever. */
export function killWithStreams(child: ChildProcess): void {
  child.kill('SIGKILL')
  child.stdout?.destroy()
  child.stderr?.destroy()
}

/** Runs the built program in a scratch home, as from a shell without a terminal. */
export function cli(place: Pick<Scratch, 'home' | 'env'>, args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const [file = nodePath, ...words] = [
    ...(options.wrapper ?? []),
    nodePath,
    options.program ?? cliPath,
    ...(options.tries === true ? args : untried(args)),
  ]
  const env: Record<string, string> = { ...place.env }
  for (const [name, value] of Object.entries(options.env ?? {})) {
    if (value === undefined) delete env[name]
    else env[name] = value
  }
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd: options.cwd ?? place.home, env, stdio: ['pipe', 'pipe', 'pipe'] })
    const stdout: Buffer[] = []
    const stderr: Buffer[] = []
    const timer = setTimeout(() => killWithStreams(child), options.timeoutMs ?? 120_000)
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk))
    child.on('error', reject)
    child.on('close', (code, signal) => {
      clearTimeout(timer)
      resolve(resultOf(code, signal, Buffer.concat(stdout).toString(), Buffer.concat(stderr).toString()))
    })
    // A program that ends without reading its input is no fault of the test.
    child.stdin.on('error', () => {})
    child.stdin.end(options.input ?? '')
    options.started?.(child)
  })
}

/** The words of a command that starts no server. */
export function untried(args: readonly string[]): string[] {
  const at = args.findIndex((word) => !word.startsWith('-'))
  if (!['sync', 'add', 'enable'].includes(args[at] ?? '')) return [...args]
  return [...args.slice(0, at + 1), '--no-try', ...args.slice(at + 1)]
}

/** What a test reads of a run. */
export function resultOf(code: number | null, signal: NodeJS.Signals | null, stdout: string, stderr: string): CliResult {
  return {
    code,
    signal,
    stdout,
    stderr,
    output: stdout + stderr,
    get json(): Json {
      try {
        return JSON.parse(stdout)
      } catch {
        throw new Error(`stdout is not one JSON document (exit ${code})\n--- stdout\n${stdout}\n--- stderr\n${stderr}`)
      }
    },
  }
}
