import type { Launch } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native } from '../../model/path.ts'
import { mountRootOf, translate } from '../paths.ts'

/** By its full path: Claude Desktop hands its servers a short PATH, and a `wsl` elsewhere on it would be another program. */
const WSL_EXE = 'C:\\Windows\\System32\\wsl.exe'

const distroOf = (environment: Environment): string => environment.distro ?? environment.id.replace(/^wsl:/, '')

/** `wsl.exe` as a distribution sees it; null where it mounts no Windows drives. */
function mountedWslExe(environment: Environment): string | null {
  const root = mountRootOf(environment)
  return root === null ? null : `${root}c/Windows/System32/wsl.exe`
}

/**
 * The variables of a launch with `WSLENV` naming them, without which none crosses the border. `/u` carries a variable
 * into Linux, `/w` into Windows; on the way from one distribution to another it crosses twice, so it has no flag.
 */
function shared(env: Launch['env'], flag: '/u' | '/w' | ''): Launch['env'] {
  const { WSLENV: before, ...rest } = env
  const names = Object.keys(rest).map((name) => `${name}${flag}`)
  const all = [...(before === undefined || before === '' ? [] : [before]), ...names].join(':')
  return all === '' ? rest : { ...rest, WSLENV: all }
}

/** A variable whose name could not be listed in `WSLENV`. */
const unlistable = (env: Launch['env']): string | undefined => Object.keys(env).find((name) => /[/:=\s]/.test(name) || name === '')

interface CrossingTrouble {
  readonly reason: string
  readonly hint: string
}

/**
 * A launch of `runs`, spelled so that a client of `at` starts it across the border. `wsl.exe --exec` hands the words on
 * as they are; without `--exec` a shell reads them again (microsoft/WSL#1746). A Windows program is started from WSL by
 * its mounted path, which works for `.exe` only.
 */
export function cross(launch: Launch, at: Environment, runs: Environment, world: World): Launch | CrossingTrouble {
  if (at.id === runs.id) return launch
  const name = unlistable(launch.env)
  if (name !== undefined)
    return { reason: `the variable "${name}" cannot be handed across the border`, hint: 'give it a name of letters, digits and _' }
  const intoWsl = ['-d', distroOf(runs), '-u', runs.user, '--exec', launch.command, ...launch.args]
  if (at.kind === 'windows' && runs.kind === 'wsl') return { command: WSL_EXE, args: intoWsl, env: shared(launch.env, '/u') }
  const mounted = at.kind === 'wsl' && runs.kind === 'wsl' ? mountedWslExe(at) : null
  if (mounted !== null) return { command: mounted, args: intoWsl, env: shared(launch.env, '') }
  if (at.kind === 'wsl' && runs.kind === 'windows') {
    if (/\.(cmd|bat|ps1)$/i.test(launch.command))
      return {
        reason: `${launch.command} is a script, and WSL starts only programs (.exe) of Windows`,
        hint: 'name the program itself, or use "runIn": "each"',
      }
    const command = translate(world, native(launch.command), runs, at)
    if (command === null)
      return { reason: `${launch.command} cannot be reached from ${at.id}`, hint: 'give the command by its full path on a Windows drive' }
    return { command, args: launch.args, env: shared(launch.env, '/w') }
  }
  return { reason: `nothing that runs in ${runs.id} can be started from ${at.id}`, hint: 'leave out "runIn"' }
}

/** The launch without what `shared` put there; null when `WSLENV` says more than we would have. */
function unshared(env: Launch['env'], flag: '/u' | '/w' | ''): Launch['env'] | null {
  const { WSLENV: listed, ...rest } = env
  const names = (listed ?? '').split(':').filter((each) => each !== '')
  const foreign = names.filter((each) => !Object.hasOwn(rest, each.split('/')[0] ?? ''))
  const odd = names.some((each) => each.includes('/') && each.slice(each.indexOf('/')) !== flag && each.slice(each.indexOf('/')) !== '/u')
  if (odd) return null
  return foreign.length === 0 ? rest : { ...rest, WSLENV: foreign.join(':') }
}

const isWslExe = (command: string): boolean => /^(?:.*[\\/])?wsl(?:\.exe)?$/i.test(command)

interface Uncrossed {
  readonly runs: Environment
  readonly launch: Launch
  /** Its words went through a shell, or are known not to have. */
  readonly shell: boolean
}

/** What a launch that crosses the border starts on the other side; null when it crosses none, or in a way that we do not follow. */
export function uncross(launch: Launch, at: Environment, world: World): Uncrossed | null {
  if (isWslExe(launch.command)) return at.kind === 'windows' || at.kind === 'wsl' ? intoWsl(launch, at, world) : null
  if (at.kind !== 'wsl' || !/\.exe$/i.test(launch.command) || !launch.command.startsWith('/')) return null
  const windows = world.environments.find((each) => each.kind === 'windows')
  const command = windows === undefined ? null : translate(world, native(launch.command), at, windows)
  const env = unshared(launch.env, '/w')
  if (windows === undefined || command === null || env === null || !isDrivePath(command)) return null
  return { runs: windows, launch: { command, args: launch.args, env }, shell: false }
}

const isDrivePath = (path: NativePath): boolean => /^[A-Za-z]:[\\/]/.test(path)

function intoWsl(launch: Launch, at: Environment, world: World): Uncrossed | null {
  const args = [...launch.args]
  let distro: string | undefined
  let user: string | undefined
  let shell = true
  for (;;) {
    const word = args[0]
    if (word === '-d' || word === '--distribution') [, distro] = args.splice(0, 2)
    else if (word === '-u' || word === '--user') [, user] = args.splice(0, 2)
    else break
  }
  if (args[0] === '-e' || args[0] === '--exec') shell = args.shift() === undefined
  else if (args[0] === '--') args.shift()
  const [command, ...rest] = args
  const inside = world.environments.filter(
    (each) => each.kind === 'wsl' && (distro === undefined || distroOf(each).toLowerCase() === distro.toLowerCase()),
  )
  const [runs, ...more] = inside
  const env = unshared(launch.env, at.kind === 'windows' ? '/u' : '')
  // Another user has another home, and an unknown option may change what the words mean.
  if (command === undefined || command.startsWith('-') || runs === undefined || more.length > 0 || env === null) return null
  if ((user !== undefined && user !== runs.user) || runs.id === at.id) return null
  return { runs, launch: { command, args: rest, env }, shell }
}
