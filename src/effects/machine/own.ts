import { version } from 'node:process'
import { TwinError } from '../../errors.ts'
import type { Environment, EnvironmentKind } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { findDrives, type Drives } from './drives.ts'
import { type Kernel, readKernel, readText } from './kernel.ts'
import { findNpm, npmPrefix } from './npm.ts'
import { keptVariables, variable } from './variables.ts'

/** This side, with what else was learned on the way. */
export interface OwnSide {
  readonly environment: Environment
  readonly kernel: Kernel | null
  /** Of a WSL distribution: the Windows drives that it sees. */
  readonly drives: Drives | null
}

/** Longest time that the small programs of this very side may take. */
const localMs = 2000

/** User and home by the variables of the login, else by the system's own list: cron and systemd set neither. */
async function unixUser(system: System): Promise<{ user: string; home: string }> {
  const { USER, LOGNAME, HOME } = system.variables
  const known = USER || LOGNAME
  if (known && HOME) return { user: known, home: HOME }
  const row = (await readText(system, '/etc/passwd'))
    .split('\n')
    .find((line) => line.split(':')[2] === String(system.uid))
    ?.split(':')
  const home = HOME || row?.[5]
  if (!home) throw new TwinError('no-home', 'The home folder is not known: HOME is not set.', { hint: 'HOME=/home/you mcp-twin …' })
  return { user: known || row?.[0] || String(system.uid ?? ''), home }
}

/** WSL's own init sets the name; where it is lost (ssh, cron, sudo -i) the spelling that Windows gives our root has it. */
async function distroName(system: System): Promise<string | undefined> {
  const { WSL_DISTRO_NAME: told } = system.variables
  if (told) return told
  const answer = await system.ask({ argv: ['wslpath', '-w', '/'], timeoutMs: localMs })
  if (answer.code !== 0) return undefined
  return /^\\\\wsl(?:\.localhost|\$)\\([^\\\r\n]+)/i.exec(new TextDecoder().decode(answer.stdout))?.[1]
}

/** Node, npm and its prefix of the own side: the node that runs us, and what lies around it. */
async function withPrograms(system: System, environment: Environment): Promise<Environment> {
  const node = native(system.execPath)
  const npm = await findNpm(system, environment, node)
  const found: Environment = { ...environment, node, nodeVersion: version.replace(/^v/, ''), ...(npm !== undefined && { npm }) }
  const prefix = await npmPrefix(system, found, system.variables)
  const claude = variable(system.variables, 'CLAUDE_CONFIG_DIR')
  return {
    ...found,
    ...(prefix !== undefined && { prefix }),
    ...(claude !== undefined && { claudeConfigDir: native(claude) }),
    ...keptVariables(system.variables),
  }
}

const bare = { self: true, files: [], running: [] }

async function ownUnix(system: System, kind: Exclude<EnvironmentKind, 'windows'>, kernel: Kernel | null): Promise<OwnSide> {
  const { user, home } = await unixUser(system)
  if (kind !== 'wsl') {
    const container = kernel?.container ? { container: true } : {}
    return {
      environment: await withPrograms(system, { ...bare, ...container, id: kind, kind, user, home: native(home) }),
      kernel,
      drives: null,
    }
  }
  const [distro, drives] = await Promise.all([distroName(system), findDrives(system)])
  const environment: Environment = {
    ...bare,
    id: `wsl:${distro ?? 'unknown'}`,
    kind,
    ...(distro !== undefined && { distro }),
    user,
    home: native(home),
    mountRoot: drives.mountRoot,
    ...(kernel?.wsl && { wslVersion: kernel.wsl }),
    ...(distro === undefined && {
      trouble: { reason: 'the name of this WSL distribution is not known here', hint: 'set WSL_DISTRO_NAME, as a normal login does' },
    }),
  }
  return { environment: await withPrograms(system, environment), kernel, drives }
}

async function ownWindows(system: System): Promise<OwnSide> {
  const told = (name: string): string | undefined => variable(system.variables, name)
  const home = told('USERPROFILE')
  if (home === undefined)
    throw new TwinError('no-home', 'The home folder is not known: USERPROFILE is not set.', { hint: 'start it from a normal terminal' })
  const environment: Environment = {
    ...bare,
    id: 'windows',
    kind: 'windows',
    user: told('USERNAME') ?? home.split(/[\\/]/).at(-1) ?? '',
    home: native(home),
    appData: native(told('APPDATA') ?? `${home}\\AppData\\Roaming`),
    localAppData: native(told('LOCALAPPDATA') ?? `${home}\\AppData\\Local`),
    systemRoot: native(told('SystemRoot') ?? 'C:\\Windows'),
  }
  return { environment: await withPrograms(system, environment), kernel: null, drives: null }
}

/** The side that this process runs on: the one place where the system below decides. */
export async function ownSide(system: System): Promise<OwnSide> {
  if (system.platform === 'win32') return ownWindows(system)
  if (system.platform === 'darwin') return ownUnix(system, 'macos', null)
  const kernel = await readKernel(system)
  return ownUnix(system, kernel.wsl === null ? 'linux' : 'wsl', kernel)
}
