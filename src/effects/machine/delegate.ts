import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { layout } from '../../core/layout.ts'
import { fromHere, toHere, translate } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native, type ReachablePath } from '../../model/path.ts'
import type { Program, System } from '../../model/system.ts'
import { programOn } from './program.ts'
import type { HomePlace } from './home.ts'

/** Names the side that a command was typed on. A program that finds it set does not hand over again. */
const fromVariable = 'MCP_TWIN_FROM'
/** The working directory where the command was typed, as home spells it: wsl.exe does not always pass the real one on. */
const cwdVariable = 'MCP_TWIN_CWD'

/** The side that handed this command over to home; undefined where it was typed at home. */
export const typedOn = (system: System): string | undefined => system.variables[fromVariable] || undefined

/** The folder that a command is about: where it was typed, also when another side handed it over. Throws where it was deleted. */
export function workingFolder(system: System, self: Environment): ReachablePath {
  const typedIn = system.variables[cwdVariable]
  const here = typedIn ? toHere(self, native(typedIn)) : null
  if (here === null && system.cwdIsGone === true) throw folderGone()
  return here ?? system.cwd
}

/** True if that folder was deleted while the shell was in it. */
export const isFolderGone = (system: System): boolean => system.cwdIsGone === true && !system.variables[cwdVariable]

/** The error of a command that needs it. */
export const folderGone = (): TwinError =>
  new TwinError('no-folder', 'The current directory has been deleted.', { hint: 'cd to a folder that exists' })

/** The variables that go along: keys for this run, and how it may print. */
function carried(system: System): Record<string, string | undefined> {
  const names = Object.keys(system.variables).filter((name) => name.startsWith('MCP_TWIN_SECRET_') || name === 'NO_COLOR')
  return Object.fromEntries(names.map((name) => [name, system.variables[name]]))
}

async function exists(system: System, environment: Environment, path: NativePath): Promise<boolean> {
  const here = toHere(environment, path)
  return here !== null && (await system.files.look(here, 'follow')) !== null
}

/** Home's node: the one that home.json remembers while it is there, else the one that detection found. */
async function nodeOf(system: System, { environment, homeJson }: HomePlace): Promise<NativePath> {
  if (homeJson?.node !== undefined && (await exists(system, environment, homeJson.node))) return homeJson.node
  if (environment.node !== undefined) return environment.node
  throw new TwinError('no-node', `There is no node on ${environment.id}, where home is.`, {
    hint: environment.trouble?.hint ?? 'install Node.js 20 or newer there',
  })
}

/** `wsl.exe … -u USER --exec`, as the user that home belongs to, should WSL's default user be another by now. */
function asItsUser({ environment, homeJson }: HomePlace): Environment {
  const at = environment.exec?.indexOf('-u') ?? -1
  if (!homeJson?.user || !environment.exec || at < 0) return environment
  return { ...environment, exec: environment.exec.map((word, index) => (index === at + 1 ? homeJson.user : word)) }
}

/** Home's program with the arguments of this command; the words are the same, since paths are understood in either spelling. */
async function programAtHome(system: System, world: World, home: HomePlace, argv: readonly string[], typed?: string): Promise<Program> {
  const { environment, folder } = home
  const self = world.environments.find((each) => each.self)
  const { launcher } = layout(environment, folder)
  if (!(await exists(system, environment, launcher))) {
    throw new TwinError('not-installed', `Home is ${environment.id}, but mcp-twin is not installed there (${launcher}).`, {
      hint: `on ${environment.id}: npx mcp-twin init`,
    })
  }
  const cwd = self && fromHere(self, workingFolder(system, self))
  const folderThere = self && cwd ? translate(world, cwd, self, environment) : null
  const env = {
    ...carried(system),
    [fromVariable]: self?.id,
    [cwdVariable]: folderThere ?? environment.home,
    // It moves this side's folder, not home's.
    MCP_TWIN_HOME: undefined,
    // A person reads home's words on this side.
    MCP_TWIN_TYPED: typed,
  }
  const program = programOn(world, asItsUser(home), [await nodeOf(system, home), launcher, ...argv], { env, timeoutMs: 0 })
  if (program) return { ...program, cwd: system.cwd }
  throw new TwinError(
    'home-unreachable',
    `Home is ${environment.id}, and its programs cannot be started from here${because(environment)}.`,
    {
      hint: environment.trouble?.hint ?? `run the command on ${environment.id}`,
    },
  )
}

const because = ({ trouble }: Environment): string => (trouble ? `: ${trouble.reason}` : '')

/**
 * Runs home's program with the arguments of this command, on this terminal, and returns its exit code. Everything but `run`
 * is handed over: a locked file or a database is never opened across the boundary. Throws a TwinError when home cannot be
 * run. `typed`: how this program is typed here, since home's words are read here.
 */
export async function delegate(system: System, world: World, home: HomePlace, argv: readonly string[], typed?: string): Promise<number> {
  const from = typedOn(system)
  if (from !== undefined) {
    throw new TwinError('delegation', `${from} handed this command over to this side, which takes ${home.environment.id} for home.`, {
      hint: 'the two sides disagree: say which one is home with --home',
    })
  }
  return hand(await programAtHome(system, world, home, argv, typed))
}

/**
 * Hands the terminal over to a program until it ends. The port keeps a child's streams to itself, so that this one place
 * starts one directly. Ctrl-C reaches the child by the terminal; other signals are passed on.
 */
function hand(program: Program): Promise<number> {
  const [command = '', ...args] = program.argv
  const env: NodeJS.ProcessEnv = { ...process.env }
  for (const [name, value] of Object.entries(program.env ?? {})) {
    if (value === undefined) delete env[name]
    else env[name] = value
  }
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      stdio: 'inherit',
      env,
      windowsHide: false,
      ...(program.cwd !== undefined && { cwd: program.cwd }),
    })
    const wait = (): void => undefined
    const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
    const passed = ['SIGTERM', 'SIGHUP'] as const
    process.on('SIGINT', wait)
    for (const signal of passed) process.on(signal, pass)
    const settle = (work: () => void): void => {
      process.off('SIGINT', wait)
      for (const signal of passed) process.off(signal, pass)
      work()
    }
    child.on('error', (cause) =>
      settle(() =>
        reject(
          new TwinError('home-unreachable', `Home's program could not be started: ${cause.message}`, { hint: 'mcp-twin doctor', cause }),
        ),
      ),
    )
    child.on('exit', (code, signal) => settle(() => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0))))
  })
}
