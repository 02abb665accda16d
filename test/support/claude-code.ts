import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { fetched, lacksPackage } from './fetched.ts'
import { lacksNamespaces, lacksRoot } from './machine.ts'
import type { Scratch } from './scratch.ts'

/**
 * The real Claude Code: a native program inside its platform package, which needs neither its own install script nor
 * a newer Node. 2.1.329 is the version whose behaviour this project's facts were read from.
 */
const version = '2.1.329'
const platformPackage = `@anthropic-ai/claude-code-linux-x64@${version}`

/** Why it cannot run on this platform at all, or null. Whether it can be fetched is known only after `claudeCode`. */
const lacksPlatform: string | null =
  process.platform === 'linux' && process.arch === 'x64' ? null : 'Claude Code is fetched for Linux on x64 only'

const isolated = lacksRoot === null && lacksNamespaces() === null

/** One line of `claude mcp list`. */
export interface ListedServer {
  readonly name: string
  readonly connected: boolean
  /** The whole state: `✔ Connected`, `✘ Failed to connect — …`, `⏸ Pending approval`. */
  readonly state: string
}

export interface ClaudeAnswer {
  readonly code: number | null
  readonly text: string
}

export interface ClaudeOptions {
  readonly cwd?: string
  readonly env?: Record<string, string>
  /** `host`: it may reach servers on this machine's loopback, and nothing else. Default: no network at all. */
  readonly network?: 'none' | 'host'
  /** Words before the program: `lab exec`, to run it in the lab. */
  readonly wrapper?: readonly string[]
}

/**
 * Fetches the program once into the cache (about 380 MB unpacked; npm checks its integrity) and answers why it is
 * not there, or null. For `describeUnless`, so that a machine without network says so instead of failing.
 */
export async function lacksClaudeCode(): Promise<string | null> {
  return lacksPlatform ?? lacksPackage(`Claude Code ${version}`, claudeBinary)
}

const claudeBinary = async (): Promise<string> => join(await fetched('claude-code', platformPackage), 'claude')

const quiet = {
  DISABLE_AUTOUPDATER: '1',
  DISABLE_TELEMETRY: '1',
  DISABLE_ERROR_REPORTING: '1',
  CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
}
// Loopback stays reachable; everything else goes to a proxy that is not there.
const loopbackOnly = { HTTP_PROXY: 'http://127.0.0.1:9', HTTPS_PROXY: 'http://127.0.0.1:9', NO_PROXY: '127.0.0.1,localhost' }

/** Runs `claude` in a scratch home: `claude(place, ['mcp', 'list'])`. */
export async function claude(
  place: Pick<Scratch, 'home' | 'env'>,
  args: readonly string[],
  options: ClaudeOptions = {},
): Promise<ClaudeAnswer> {
  const host = options.network === 'host'
  const walls = isolated && !host ? ['unshare', '-n', '--', '/bin/sh', '-c', 'ip link set lo up 2>/dev/null; exec "$@"', 'sh'] : []
  const [file = '', ...words] = [...walls, ...(options.wrapper ?? []), await claudeBinary(), ...args]
  const env = { ...place.env, USERPROFILE: place.home, ...quiet, ...(host && loopbackOnly), ...options.env }
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { cwd: options.cwd ?? place.home, env, stdio: ['ignore', 'pipe', 'pipe'] })
    const chunks: Buffer[] = []
    const timer = setTimeout(() => child.kill('SIGKILL'), 120_000)
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.on('error', reject)
    child.on('close', (code) => {
      clearTimeout(timer)
      resolve({ code, text: Buffer.concat(chunks).toString() })
    })
  })
}

/** `claude mcp list`, which starts every server and shakes hands. It exits 0 whatever it finds, so its lines are read. */
export async function claudeList(
  place: Pick<Scratch, 'home' | 'env'>,
  options: ClaudeOptions = {},
): Promise<{ servers: ListedServer[]; text: string }> {
  const { text } = await claude(place, ['mcp', 'list'], options)
  const servers = [...text.matchAll(/^([\w.-]+): .* - (.*)$/gm)].map(([, name = '', state = '']) => ({
    name,
    state,
    connected: state.includes('Connected'),
  }))
  return { servers, text }
}
