import { isWindows, toHere } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { JsonObject, Launch, Remote } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type NativePath } from '../../model/path.ts'
import type { Program, System } from '../../model/system.ts'
import { failureOf } from '../run/failure.ts'
import { fetchBy } from '../run/http.ts'
import { type PipedServer, startPiped } from '../run/piped.ts'
import { resolveProgram } from '../run/program-path.ts'
import { Relay } from '../run/relay.ts'
import { openRemote } from '../run/remote.ts'
import { proxySettings } from '../run/proxy-settings.ts'
import { programOn } from '../machine/program.ts'
import { introduce, type Introduction, Silence, type ToolCall } from './conversation.ts'

export interface ProbeOptions {
  /** The client whose environment variables and working directory are used. */
  readonly client: Pick<ClientDefinition, 'starting'>
  /** The side on which the client starts servers. */
  readonly environment: Environment
  readonly world: World
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  /** The folder that is open in the client; null or absent: none. */
  readonly project?: NativePath | null
  /** A tool without arguments that changes nothing, called where the server has it. */
  readonly tool?: string
  /** Another such tool, with its arguments. */
  readonly second?: ToolCall
  /** Masks keys in the server's output; values of the launch's own variables are masked in any case. */
  mask?(text: string): string
  /** Called with each piece of its stderr, as it comes; keys are in it. */
  onStderr?(text: string): void
}

/** The answer of a server, or why there was none. `stderrTail` is masked and may be empty. */
export type Probe =
  | ({ readonly ok: true; readonly ms: number; readonly stdoutNoise?: string } & Introduction)
  | { readonly ok: false; readonly ms: number; readonly reason: string; readonly stderrTail: string; readonly stdoutNoise?: string }

const DOTS = '••••••••'
/** Shorter values are too common in ordinary text to be masked. */
const MASKED_LENGTH = 6
const TAIL_CHARACTERS = 1500
const NOISE_CHARACTERS = 200

/** Starts a server as its client does, performs the handshake, lists the tools, and ends it with its child processes. */
export async function probeLaunch(system: System, launch: Launch, options: ProbeOptions): Promise<Probe> {
  const began = system.now()
  const masked = maskFor(Object.values(launch.env), options.mask)
  const failed = (reason: string): Probe => ({ ok: false, ms: system.now() - began, reason: masked(reason), stderrTail: '' })
  const program = programFor(system, launch, options)
  if (program === null)
    return failed(`programs of that side cannot be started from ${options.world.environments.find((each) => each.self)?.id ?? 'here'}`)
  const env = environmentFor(system, program)
  const [name = '', ...words] = program.argv
  const found = resolveProgram(name, words, env)
  if (found === null) return failed(`there is no program "${launch.command}"`)
  const server = startPiped({ ...found, env, cwd: await folderFor(system, program, options.environment) })
  if (options.onStderr !== undefined) server.onStderr(options.onStderr)
  try {
    const introduction = await introduce(server, options.timeoutMs, options.signal, options.tool, options.second)
    return { ok: true, ms: system.now() - began, ...introduction, ...noiseOf(server, masked) }
  } catch (error) {
    if (!(error instanceof Silence)) throw error
    const failure = { ok: false, ms: system.now() - began, reason: masked(error.message), ...noiseOf(server, masked) } as const
    await server.stop()
    return { ...failure, stderrTail: masked(server.stderr()).trim().slice(-TAIL_CHARACTERS) }
  } finally {
    await server.stop()
  }
}

const noiseOf = (server: PipedServer, masked: (text: string) => string): { readonly stdoutNoise?: string } => {
  const noise = server.noise()
  return noise === undefined ? {} : { stdoutNoise: masked(noise).slice(0, NOISE_CHARACTERS) }
}

function programFor(system: System, launch: Launch, { client, environment, world, timeoutMs, project }: ProbeOptions): Program | null {
  const argv = [launch.command, ...launch.args]
  const folder = project ?? clientFolder(client, environment)
  if (!environment.self) {
    // The other side sets the variables of what is started there.
    const cwd = toHere(environment, native(folder)) === null ? environment.home : native(folder)
    return programOn(world, environment, argv, { timeoutMs, env: launch.env, cwd })
  }
  const env = { ...clientEnvironment(system, client, environment, project ?? environment.home), ...launch.env }
  return programOn(world, environment, argv, { timeoutMs, env, onlyEnv: true, cwd: native(folder) })
}

/** Returns the client's folder if it exists (a planted world need not have one), else the user's home, else our own. */
async function folderFor(system: System, program: Program, environment: Environment): Promise<string> {
  for (const folder of [program.cwd, toHere(environment, environment.home)]) {
    if (folder !== undefined && folder !== null && (await system.files.look(folder, 'follow'))?.kind === 'directory') return folder
  }
  return system.cwd
}

function environmentFor(system: System, program: Program): Record<string, string> {
  const all = program.onlyEnv ? { ...program.env } : { ...system.variables, ...program.env }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, value]): [string, string][] =>
      value === undefined || /^MCP_TWIN_SECRET_/i.test(name) ? [] : [[name, value]],
    ),
  )
}

function maskFor(values: readonly string[], mask: ((text: string) => string) | undefined): (text: string) => string {
  const hidden = values.filter((value) => value.length >= MASKED_LENGTH).sort((a, b) => b.length - a.length)
  return (text) => hidden.reduce((shown, value) => shown.split(value).join(DOTS), mask?.(text) ?? text)
}

export interface RemoteProbeOptions {
  readonly server: string
  /** Names of the keys in its headers, for error messages. */
  readonly keys: readonly string[]
  /** This side's home and npm prefix, for npm's proxy settings. */
  readonly home: string
  readonly prefix?: string
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  mask?(text: string): string
}

/** Probes a remote server in the same way, over the relay that its clients use. */
export async function probeRemote(system: System, remote: Remote, options: RemoteProbeOptions): Promise<Probe> {
  const began = system.now()
  const masked = maskFor(Object.values(remote.headers), options.mask)
  const end = await openRemote(remote, fetchBy(await proxySettings(system, options.home, options.prefix)))
  let tell: (message: JsonObject) => void = () => {}
  const enders: ((why: string) => void)[] = []
  let why = 'the connection was closed'
  const relay = new Relay({
    remote: end,
    write: (message) => tell(message),
    judge: (error) => {
      const failure = failureOf(error, { server: options.server, url: remote.url, keys: options.keys, transport: remote.transport ?? null })
      why = failure.words
      return failure
    },
    ended: () => {
      for (const ended of enders) ended(why)
    },
  })
  const channel = {
    send: (message: JsonObject) => relay.line(JSON.stringify(message)),
    onMessage: (listener: (message: JsonObject) => void) => {
      tell = listener
    },
    onEnd: (listener: (why: string) => void) => {
      enders.push(listener)
    },
  }
  try {
    const introduction = await introduce(channel, options.timeoutMs, options.signal)
    return { ok: true, ms: system.now() - began, ...introduction }
  } catch (error) {
    if (!(error instanceof Silence)) throw error
    return {
      ok: false,
      ms: system.now() - began,
      reason: masked(error.message.replace(/^it refused the handshake: (?=")/, '')),
      stderrTail: '',
    }
  } finally {
    await end.close()
  }
}

/** Runs at most `atOnce` probes at the same time; passes each result to `report`, and returns all in the order of the jobs. */
export async function probeAll<T>(
  jobs: readonly (() => Promise<T>)[],
  report: (index: number, result: T) => void = () => {},
  atOnce = 6,
): Promise<T[]> {
  const results: T[] = []
  let next = 0
  const worker = async (): Promise<void> => {
    for (let index = next++; index < jobs.length; index = next++) {
      const job = jobs[index]
      if (job === undefined) continue
      const result = await job()
      results[index] = result
      report(index, result)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, jobs.length) }, worker))
  return results
}

/** Returns the variables with which a client starts servers on this side; those of the entry override them. */
export function clientEnvironment(
  system: System,
  { starting }: Pick<ClientDefinition, 'starting'>,
  environment: Pick<Environment, 'kind'>,
  projectFolder: string,
): Record<string, string> {
  const all = Object.entries(system.variables).flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
  const names = starting?.passesOn?.(environment)
  const same = (name: string) => (isWindows(environment) ? name.toUpperCase() : name)
  // Keys given to this run are not passed on: a client started by a person does not have them.
  const passed = all.filter(([name]) => (names === undefined ? !/^MCP_TWIN_SECRET_/i.test(name) : names.includes(same(name))))
  return { ...Object.fromEntries(passed), ...starting?.adds?.(projectFolder) }
}

/** Returns the working directory of a client's servers. */
export const clientFolder = ({ starting }: Pick<ClientDefinition, 'starting'>, environment: Pick<Environment, 'kind' | 'home'>): string =>
  starting?.folder?.(environment) ?? environment.home
