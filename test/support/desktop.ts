import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { greet, type ServerAnswer, type ServerStart } from './mcp.ts'
import type { Scratch } from './scratch.ts'
import type { Planted } from './world.ts'

/** What stands under `mcpServers` in Claude Desktop's file. */
export interface DesktopEntry {
  readonly command: string
  readonly args?: readonly string[]
  readonly env?: Record<string, string>
}

/**
 * The variables a server gets from Claude Desktop on Windows besides its own `env`: a list of about sixteen, without
 * ProgramData, COMPUTERNAME or anything of ours (anthropics/claude-code#90074; the MCP SDK's own list and the four
 * that Windows programs need to find each other). A test that needs one more has found a fault.
 */
const passedOn = [
  ...['APPDATA', 'COMSPEC', 'HOMEDRIVE', 'HOMEPATH', 'LOCALAPPDATA', 'PATH', 'PATHEXT', 'PROCESSOR_ARCHITECTURE'],
  ...['PROGRAMFILES', 'SYSTEMDRIVE', 'SYSTEMROOT', 'TEMP', 'TMP', 'USERNAME', 'USERPROFILE', 'WINDIR'],
]
/** The same on Linux and macOS, where the list is the SDK's. */
const passedOnUnix = ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER']

const windowsDefaults: Record<string, string> = {
  COMSPEC: 'C:\\Windows\\system32\\cmd.exe',
  HOMEDRIVE: 'C:',
  PATHEXT: '.COM;.EXE;.BAT;.CMD',
  PROCESSOR_ARCHITECTURE: 'AMD64',
  PROGRAMFILES: 'C:\\Program Files',
  SYSTEMDRIVE: 'C:',
  SYSTEMROOT: 'C:\\Windows',
  WINDIR: 'C:\\Windows',
}

/** Starts an entry as Claude Desktop on this Linux machine would, in a folder that is not the user's. */
export function startAsDesktop(place: Scratch, entry: DesktopEntry): Promise<ServerAnswer> {
  const all: Record<string, string> = { ...place.env, LOGNAME: 'ana', USER: 'ana', SHELL: '/bin/sh', TERM: 'dumb' }
  return greet({
    command: entry.command,
    args: entry.args ?? [],
    env: { ...only(all, passedOnUnix), ...entry.env },
    cwd: strangeFolder(place),
  })
}

/**
 * How Claude Desktop on a side of a planted world starts an entry. Paths are this machine's, so that programs
 * can open them; the one addition is the variable that plants the world, which on a real machine needs none.
 */
export function desktopStart(planted: Planted, id: string, entry: DesktopEntry): ServerStart {
  const side = planted.side(id)
  const all = side.facts.kind === 'windows' ? { ...windowsDefaults, HOMEPATH: `\\Users\\${side.facts.user}`, ...side.env() } : side.env()
  const names = side.facts.kind === 'windows' ? [...passedOn, 'HOME'] : passedOnUnix
  const [command = '', ...args] = planted.argv(id, entry.command, entry.args ?? [])
  const world = planted.env(id).MCP_TWIN_WORLD ?? ''
  return { command, args, env: { ...only(all, names), MCP_TWIN_WORLD: world, ...entry.env }, cwd: strangeFolder(planted.scratch) }
}

/** Starts an entry as Claude Desktop on a side of a planted world would. */
export const startAsDesktopOn = (planted: Planted, id: string, entry: DesktopEntry): Promise<ServerAnswer> =>
  greet(desktopStart(planted, id, entry))

const only = (all: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter(([name]) => names.includes(name)))

/** Where servers find themselves: neither home nor a project (on Windows `C:\Windows\System32`). */
function strangeFolder(place: Scratch): string {
  const folder = join(place.root, 'system32')
  mkdirSync(folder, { recursive: true })
  return folder
}
