import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'

type Variables = Record<string, string>

/**
 * What Claude Desktop passes on to its servers: about sixteen variables and nothing else (anthropics/claude-code#90074;
 * modelcontextprotocol docs, "debugging": "inherit only a limited subset"). The list is the official SDK's own.
 */
const PASSED_ON = {
  windows: [
    'APPDATA',
    'HOMEDRIVE',
    'HOMEPATH',
    'LOCALAPPDATA',
    'PATH',
    'PATHEXT',
    'PROCESSOR_ARCHITECTURE',
    'PROGRAMFILES',
    'SYSTEMDRIVE',
    'SYSTEMROOT',
    'COMSPEC',
    'TEMP',
    'TMP',
    'USERNAME',
    'USERPROFILE',
    'WINDIR',
  ],
  posix: ['HOME', 'LOGNAME', 'PATH', 'SHELL', 'TERM', 'USER'],
} as const

/** The environment in which a program starts its servers on this side; the entry's own variables come on top. */
export function clientEnvironment(
  system: System,
  client: string,
  environment: Pick<Environment, 'kind'>,
  projectFolder: string,
): Variables {
  const all = Object.entries(system.variables).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  if (client === 'claude-desktop') {
    const names = new Set<string>(environment.kind === 'windows' ? PASSED_ON.windows : PASSED_ON.posix)
    const same = (name: string) => (environment.kind === 'windows' ? name.toUpperCase() : name)
    return Object.fromEntries(all.filter(([name]) => names.has(same(name))))
  }
  // Keys handed to this run are for us, and a program that a person starts would not have them.
  const inherited = Object.fromEntries(all.filter(([name]) => !/^MCP_TWIN_SECRET_/i.test(name)))
  return client === 'claude-code' ? { ...inherited, CLAUDE_PROJECT_DIR: projectFolder, CLAUDECODE: '1' } : inherited
}

/** A working directory as the program's own: nothing of the project or of the user's home lies in it. */
export const clientFolder = (client: string, environment: Pick<Environment, 'kind' | 'home'>): string => {
  if (client !== 'claude-desktop') return environment.home
  return environment.kind === 'windows' ? 'C:\\Windows\\System32' : '/'
}
