import { accessSync, constants, existsSync, readFileSync, realpathSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { commandFiles, isCommandText } from '../model/command-text.ts'

/** What decides how this program is typed: who started it, and where. */
export interface Typing {
  readonly variables: Readonly<Record<string, string | undefined>>
  readonly platform: NodeJS.Platform
  readonly cwd: string
  readonly home: string
  /** The script that node was started with. */
  readonly script: string
}

const quietly = <T>(work: () => T): T | null => {
  try {
    return work()
  } catch {
    return null
  }
}

const real = (path: string): string | null => quietly(() => realpathSync(path))
const text = (path: string): string => quietly(() => (statSync(path).size < 4096 ? readFileSync(path, 'utf8') : '')) ?? ''

/** Whether the first mcp-twin on PATH is a command that init wrote, or npm's link to the very program that runs. */
function isCommandHere({ variables, platform }: Typing, program: string): boolean {
  const path = Object.entries(variables).find(([name]) => name.toUpperCase() === 'PATH')?.[1] ?? ''
  for (const folder of path.split(delimiter)) {
    // npm puts these in front for what it starts; no terminal has them.
    if (folder === '' || /[\\/]node_modules[\\/]\.bin[\\/]?$/.test(folder)) continue
    const file = commandFiles(platform === 'win32')
      .map((name) => join(folder, name))
      .find((each) => quietly(() => statSync(each).isFile()) === true)
    if (file === undefined) continue
    return (
      isCommandText(text(file)) || real(file) === program || real(join(folder, 'node_modules', 'mcp-twin')) === dirname(dirname(program))
    )
  }
  return false
}

/** Whether `npx mcp-twin` starts this program here: in a checkout, in a project that depends on it, or as it was started. */
function isOfNpx({ variables, cwd }: Typing, program: string): boolean {
  if (variables.npm_command === 'exec' && /[\\/]_npx[\\/]/.test(program)) return true
  for (let folder = cwd, below = ''; folder !== below; [folder, below] = [dirname(folder), folder]) {
    const manifest = join(folder, 'package.json')
    if (!existsSync(manifest) && !existsSync(join(folder, 'node_modules'))) continue
    const named: unknown = quietly(() => JSON.parse(readFileSync(manifest, 'utf8')))
    const isCheckout = typeof named === 'object' && named !== null && 'name' in named && named.name === 'mcp-twin'
    const linked = real(join(folder, 'node_modules', 'mcp-twin', 'bin', 'mcp-twin.mjs'))
    return (isCheckout && existsSync(join(folder, 'bin', 'mcp-twin.mjs'))) || (linked !== null && linked === program)
  }
  return false
}

/** A program as one word of a shell, with `~` for the home folder where that is possible. */
function asWord(path: string, { home, platform }: Typing): string {
  if (platform === 'win32') return `node "${path}"`
  const isStarted = quietly(() => accessSync(path, constants.X_OK) ?? true) === true
  const short = path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path
  const word = /^[\w@%+=:,./~-]+$/.test(short) ? short : `'${path.replaceAll("'", "'\\''")}'`
  return isStarted ? word : `node ${word}`
}

/**
 * Returns how this program is typed in this terminal and folder: `mcp-twin` where that is ours, `npx mcp-twin` where npm finds it, else
 * its path. `MCP_TWIN_TYPED` says it for us where the command was typed on another side.
 */
export function typedAs(typing: Typing): string {
  const { variables, home, script } = typing
  if (variables.MCP_TWIN_TYPED) return variables.MCP_TWIN_TYPED
  const program = real(script) ?? script
  if (isCommandHere(typing, program)) return 'mcp-twin'
  if (isOfNpx(typing, program)) return 'npx mcp-twin'
  const launcher = join(variables.MCP_TWIN_HOME || join(home, '.mcp-twin'), 'bin', 'mcp-twin.mjs')
  return asWord(existsSync(launcher) ? launcher : program, typing)
}

/** The same for this process. */
export const typedHere = (): string =>
  typedAs({
    variables: process.env,
    platform: process.platform,
    cwd: quietly(() => process.cwd()) ?? '',
    home: quietly(homedir) ?? '',
    script: process.argv[1] ?? '',
  })
