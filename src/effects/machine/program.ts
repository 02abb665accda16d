import { isWindows, toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native, type ReachablePath, reachable } from '../../model/path.ts'
import type { Program } from '../../model/system.ts'

/** How a program of a side is to be run; everything but `cwd` as in `Program`. */
export interface ProgramOptions extends Omit<Program, 'argv' | 'cwd'> {
  /** As the program's own side spells it. */
  readonly cwd?: NativePath | undefined
}

/** `/u` lets a variable into Linux, `/w` into Windows; from one distribution to another it passes both borders, unflagged. */
function flagOf(self: Environment | undefined, target: Environment): string {
  if (isWindows(target)) return '/w'
  return self && isWindows(self) ? '/u' : ''
}

/** `NAME/flags` */
const nameIn = (entry: string): string => entry.split('/')[0] ?? ''

/**
 * The variables with a `WSLENV` that names them, since no other one crosses. Values stay in the child's environment: the
 * words of a command line can be read by everybody. What crossed before goes on crossing, unless only these are wanted. A
 * program that starts one here in turn (Claude Desktop's entry with wsl.exe, tried from WSL) says so by a `WSLENV` of its
 * own: what that lets cross the other way crosses both, which an entry without a flag means.
 */
function crossing(world: World, target: Environment, { env = {}, onlyEnv }: ProgramOptions): Program['env'] {
  const { WSLENV: own, ...variables } = env
  const flag = flagOf(
    world.environments.find(({ self }) => self),
    target,
  )
  const names = Object.keys(variables).filter((name) => variables[name] !== undefined)
  const before = onlyEnv ? '' : (own ?? world.wslenv ?? '')
  const entries = before.split(':').filter((entry) => entry !== '')
  const kept = entries.filter((entry) => !names.includes(nameIn(entry)))
  const goingOn = own === undefined ? [] : entries.filter((entry) => !(entry.split('/')[1] ?? '').includes(flag.slice(1))).map(nameIn)
  const listed = [...kept, ...names.map((name) => `${name}${goingOn.includes(name) ? '' : flag}`)].join(':')
  return { ...variables, WSLENV: listed === '' ? undefined : listed }
}

/** A folder for a Windows program that was given none: any other than one of a drive makes cmd and old programs complain. */
const anyDrive = (target: Environment): ReachablePath | undefined => {
  const drive = isWindows(target) ? target.files.find((file) => /^[A-Za-z]:\\?$/.test(file.native)) : undefined
  return drive && reachable(drive.here)
}

/**
 * A program of a side, ready to be started from here; null when that side's programs cannot be. `argv` and `cwd` are
 * spelled as that side does. The meaning of `exec`, detected or planted:
 * - words: they come first, and argv follows as that side spells it (`wsl.exe -d D -u U --exec`, a test's wrapper);
 * - empty, or absent on the own side: argv[0] itself is started, by its path as seen from here (binfmt runs `.exe` in WSL);
 * - absent on another side: nothing of it can be run.
 */
export function programOn(world: World, environment: Environment, argv: readonly string[], options: ProgramOptions): Program | null {
  const { cwd, env, onlyEnv, ...rest } = options
  const [name = '', ...words] = argv
  const { exec } = environment
  const here = cwd === undefined ? undefined : toHere(environment, cwd)
  if (here === null) return null
  if (environment.self) {
    // A bare name is looked up on PATH, as the caller means it.
    const direct = /[\\/]/.test(name) ? (toHere(environment, native(name)) ?? name) : name
    const whole = exec === undefined || exec.length === 0 ? [direct, ...words] : [...exec, ...argv]
    return {
      ...rest,
      argv: whole,
      ...(here !== undefined && { cwd: here }),
      ...(env && { env }),
      ...(onlyEnv !== undefined && { onlyEnv }),
    }
  }
  if (exec === undefined) return null
  const start = exec.length === 0 ? toHere(environment, native(name)) : null
  if (exec.length === 0 && start === null) return null
  const folder = here ?? anyDrive(environment)
  return {
    ...rest,
    argv: start === null ? [...exec, ...argv] : [start, ...words],
    ...(folder !== undefined && { cwd: folder }),
    // Our own side's variables never reach the other one, so that nothing needs to be held back; interop needs them itself.
    env: crossing(world, environment, options),
  }
}
