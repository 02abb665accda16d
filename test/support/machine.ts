import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The project's folder. */
export const projectFolder = fileURLToPath(new URL('../..', import.meta.url))

/** The node that runs the tests, real path, so that nothing is found by way of a version manager's link. */
export const nodePath = process.execPath

/** A folder that outlives runs, for what is costly to fetch. */
export function cacheFolder(name: string): string {
  const folder = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'mcp-twin-test', name)
  mkdirSync(folder, { recursive: true })
  return folder
}

/** The tools a test may call, and nothing that the machine's own PATH adds. */
export const toolPath = [dirname(nodePath), '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin', '/sbin', '/bin'].join(delimiter)

/** npm's own program beside this node: `npm-cli.js`. */
export function npmPath(): string {
  const near = [
    join(dirname(nodePath), '../lib/node_modules/npm/bin/npm-cli.js'),
    join(dirname(nodePath), 'node_modules/npm/bin/npm-cli.js'),
  ]
  const found = near.find((file) => existsSync(file)) ?? process.env.npm_execpath
  if (!found) throw new Error('no npm beside this node')
  return found
}

/** Why a command-line tool cannot be used here, or null. */
export function lacks(tool: string): string | null {
  return toolPath.split(delimiter).some((folder) => existsSync(join(folder, tool))) ? null : `there is no ${tool} on this machine`
}

/** Why the system's own Python, which a sandbox shows too, cannot be used here, or null. */
export const lacksPython: string | null = existsSync('/usr/bin/python3') ? null : 'there is no /usr/bin/python3'

/** Why what only Linux has cannot be used here, or null. */
export const lacksLinux: string | null = process.platform === 'linux' ? null : 'it needs Linux'

/** Why bubblewrap cannot make the sandbox of commands here, or null. */
export function lacksSandbox(): string | null {
  const { status } = spawnSync('bwrap', ['--ro-bind', '/', '/', '--unshare-all', 'true'])
  return status === 0 ? null : 'no bubblewrap that may make namespaces'
}

/** Why root's powers cannot be used here, or null. */
export const lacksRoot: string | null = process.getuid?.() === 0 ? null : 'it needs root'

/** Why a network namespace without interfaces cannot be had here, or null. */
export function lacksNamespaces(): string | null {
  try {
    execFileSync('unshare', ['-n', 'true'], { stdio: 'ignore' })
    return null
  } catch {
    return 'unshare -n is not allowed here'
  }
}

/**
 * How this machine's npm reaches its registry, as lines of an npmrc: the user's own file, then what stands in the
 * environment. Tests must install from where the machine installs, with nothing else of its settings.
 */
export function npmSettings(): string {
  const own = join(homedir(), '.npmrc')
  const lines = existsSync(own) ? [readFileSync(own, 'utf8').trimEnd()] : []
  for (const [name, value] of Object.entries(process.env)) {
    const key = /^npm_config_((?:https?_)?(?:registry|proxy|noproxy|cafile|strict_ssl))$/i.exec(name)?.[1]
    if (key && value) lines.push(`${key.toLowerCase().replaceAll('_', '-')}=${value}`)
  }
  return `${lines.join('\n')}\n`
}
