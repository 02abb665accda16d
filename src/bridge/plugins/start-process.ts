import { type ChildProcess, spawn } from 'node:child_process'
import { kill } from 'node:process'
import type { Duplex, Readable } from 'node:stream'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { belonging, signal } from '../terminal/tree.ts'
import { channelFd } from './messages.ts'
import { pluginLimits } from './limits.ts'
import { failed } from '../base/refusal.ts'

export interface ProcessOptions {
  readonly platform: NodeJS.Platform
  readonly execPath: string
  /** The built file that runs in the process (`child/main.ts`). */
  readonly program: string
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
  /** Marks in `env` what belongs to this process (`tagName`). */
  readonly tag: string
  readonly self: number
}

/** A process for one plugin, and how to end it with everything that it started. */
export interface StartedPlugin {
  readonly channel: Duplex
  readonly printed: readonly Readable[]
  readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>
  kill(): void
}

/**
 * A shell that runs between the bridge and the plugin's node, and waits for it. So the parent that a plugin sees, and may kill, is
 * that shell; and if the bridge is killed, the shell's input ends, and it kills the plugin even in an endless loop. The limit of
 * memory is the kernel's (RLIMIT_DATA, which Linux applies to all memory of the process but shared libraries).
 */
const guard = `
ulimit -c 0
ulimit -d ${pluginLimits.memory / 1024} 2>/dev/null
exec 4<&0 </dev/null
"$@" 4<&- &
plugin=$!
(read -r _ <&4; kill -9 $plugin) >/dev/null 2>&1 ${channelFd}>&- &
watch=$!
exec ${channelFd}>&- 4<&-
wait $plugin
code=$?
kill $watch 2>/dev/null
exit $code
`

/** The same on Windows, in node. There a node that ends takes its children along (libuv's job object). */
const windowsGuard = `
const { spawn } = require('node:child_process')
const plugin = spawn(process.execPath, process.argv.slice(1), { stdio: ['ignore', 'inherit', 'inherit', ${channelFd}], windowsHide: true })
plugin.on('error', () => process.exit(127))
plugin.on('exit', (code) => process.exit(code === null ? 1 : code))
process.stdin.on('close', () => { plugin.kill('SIGKILL'); process.exit(1) }).on('error', () => {}).resume()
`

/** Starts the process. A failure to start is reported by `ended`. */
export function startProcess({ platform, execPath, program, cwd, env, tag, self }: ProcessOptions): StartedPlugin {
  const node = [`--max-old-space-size=${pluginLimits.heap / 1024 ** 2}`, program]
  const isWindows = platform === 'win32'
  const [file, words] = isWindows
    ? [execPath, ['-e', windowsGuard, ...node]]
    : ['/bin/sh', ['-c', guard, 'mcp-twin-plugin', execPath, ...node]]
  // A group of its own, so that one signal reaches the guard and the plugin, and a plugin that signals its group not us.
  const child = spawn(file, words, { cwd, env, detached: !isWindows, windowsHide: true, stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
  const { stdin, stdout, stderr } = child
  const channel = child.stdio[channelFd] as Duplex
  for (const stream of [stdin, stdout, stderr, channel]) stream?.on('error', () => undefined)
  return {
    channel,
    printed: [stdout, stderr].filter((stream) => stream !== null),
    ended: new Promise((resolve) => {
      child.on('exit', (code, signal) => resolve({ code, signal }))
      child.on('error', () => resolve({ code: 127, signal: null }))
    }),
    kill() {
      // Processes that left the group are found by their mark and their ancestors, so look while those live.
      const all = platform === 'linux' ? belonging(tag, rootOf(child), self) : []
      stdin?.destroy()
      killGroup(child, isWindows)
      for (const each of all) signal(each, 'SIGKILL')
      for (const stream of [stdout, stderr, channel]) stream?.destroy()
    },
  }
}

const rootOf = ({ pid, exitCode, signalCode }: ChildProcess) =>
  pid === undefined ? [] : [{ pid, isAlive: exitCode === null && signalCode === null }]

function killGroup(child: ChildProcess, isWindows: boolean): void {
  if (child.pid === undefined) return
  if (isWindows) return void child.kill('SIGKILL')
  try {
    kill(-child.pid, 'SIGKILL')
  } catch {
    // The group has ended.
  }
}

/** The built file that runs in a plugin's process, of the same copy of the program as this code. */
export function childProgram(): string {
  for (let folder = dirname(fileURLToPath(import.meta.url)); folder !== dirname(folder); folder = dirname(folder)) {
    const program = join(folder, 'dist', 'plugin-child.cjs')
    if (existsSync(program)) return program
  }
  throw failed('No plugin runs, since this copy of mcp-twin is incomplete (dist/plugin-child.cjs is missing); install it again.')
}
