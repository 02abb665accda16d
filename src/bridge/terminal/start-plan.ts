import { constants, realpathSync, statSync } from 'node:fs'
import { toHere } from '../../core/paths.ts'
import { programOn } from '../../effects/machine/program.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native } from '../../model/path.ts'
import { accessTrouble } from '../base/access.ts'
import type { Policy } from '../policy/policy.ts'
import { spell } from '../policy/spelling.ts'
import { codeOf, denied, failed } from '../base/refusal.ts'
import type { Settings } from '../base/settings.ts'
import { agentArguments } from './agent.ts'
import { guardCommand } from './blocked/guard.ts'
import { commandEnvironment, passedPattern, unattended } from './environment.ts'
import type { CommandStart } from './session.ts'
import { grammarOf, type ShellName, shellArguments, shellPlaces, usualShells } from './shells.ts'
import type { Sandbox } from './sandbox/sandbox.ts'

interface PlanRequest {
  readonly command: string
  readonly shell: ShellName | undefined
  /** The configured shell, for commands that name none; used where the side has it. */
  readonly preset: ShellName | null
  readonly cwd: string | undefined
  readonly environment: string | undefined
  readonly input: boolean
}

export interface StartContext {
  readonly settings: Settings
  readonly policy: Policy
  readonly tag: string
  /** Set in sandbox mode. */
  readonly sandbox: Sandbox | null
}

export interface StartPlan {
  readonly start: CommandStart
  readonly shell: ShellName
  readonly environment: string
}

/** Returns how a command is started: side, shell, folder, arguments. Throws a refusal. */
export async function planStart(request: PlanRequest, context: StartContext): Promise<StartPlan> {
  const { settings } = context
  const side = await sideOf(request, settings)
  return side.id === settings.self.id ? planHere(request, context) : planThere(request, context, side)
}

const windowsOnly = (shell: ShellName | undefined): boolean => shell === 'cmd' || shell === 'powershell'
const posixOnly = (shell: ShellName | undefined): boolean => shell === 'bash' || shell === 'sh' || shell === 'zsh'

/** The named side, or the one that has the named shell; our own by default. */
async function sideOf({ environment, shell }: PlanRequest, settings: Settings): Promise<Environment> {
  const { self } = settings
  const elsewhere = self.kind === 'windows' ? posixOnly(shell) : windowsOnly(shell)
  if (environment === undefined && !elsewhere) return self
  const named = environment?.toLowerCase()
  if (named === self.id.toLowerCase() || named === self.kind) return self
  const { environments } = await settings.world()
  const found = environments.find(({ id, kind }) =>
    environment === undefined
      ? windowsOnly(shell)
        ? kind === 'windows'
        : kind !== 'windows'
      : id.toLowerCase() === named || kind === named,
  )
  if (found === undefined) {
    const missing = environment === undefined ? `that has ${shell}` : JSON.stringify(environment)
    throw failed(`No side ${missing}. Sides: ${environments.map(({ id }) => id).join(', ')}. Name another, or leave it out.`)
  }
  return found
}

const isThere = (path: string | null): boolean => path !== null && accessTrouble(path, constants.R_OK) === ''

/** The first requested shell that the side has, and its path there. */
function shellOn(side: Environment, { shell, preset }: PlanRequest): { name: ShellName; program: string } {
  const tried = shell === undefined ? [...(preset === null ? [] : [preset]), ...usualShells(side)] : [shell]
  for (const name of tried) {
    const program = shellPlaces(name, side).find((place) => isThere(toHere(side, native(place))))
    if (program !== undefined) return { name, program }
  }
  // A side whose files are not reached from here is believed to have its usual shell.
  const [name] = tried
  const program = name === undefined ? undefined : shellPlaces(name, side)[0]
  if (!side.self && side.files.length === 0 && name !== undefined && program !== undefined) return { name, program }
  throw failed(`${side.id} has no ${tried.join(' or ')}; name another shell.`)
}

/** The folder that was named, which must be one. */
async function namedFolder(policy: Policy, cwd: string): Promise<string> {
  const { real } = await policy.existing(cwd, 'read')
  if (!statSync(real, { throwIfNoEntry: false })?.isDirectory())
    throw failed(`Nothing is run: cwd ${JSON.stringify(cwd)} is not a folder; name the folder that it lies in.`)
  if (!canEnter(real)) throw failed(`Nothing is run: this user may not enter cwd ${JSON.stringify(cwd)}; name another folder.`)
  return real
}

/**
 * The first allowed folder, checked like any other. Its path is canonical already; that it still is, is asked at once,
 * where any other path takes the way through node's threads.
 */
async function usualFolder(policy: Policy): Promise<string> {
  const [first = ''] = (await policy.region()).open
  if (!isCanonical(first)) return (await policy.existing(first, 'read')).real
  await policy.check(first, 'read')
  return first
}

function isCanonical(path: string): boolean {
  try {
    return realpathSync.native(path) === path
  } catch (error) {
    if (codeOf(error) === '') throw error
    return false
  }
}

async function planHere(request: PlanRequest, { settings, policy, tag, sandbox }: StartContext): Promise<StartPlan> {
  const { self } = settings
  const { name, program } = shellOn(self, request)
  const cwd = request.cwd === undefined ? await usualFolder(policy) : await namedFolder(policy, request.cwd)
  const usual = commandEnvironment(settings.variables, tag)
  guardCommand(request.command, grammarOf(name), settings.blockedCommands)
  const { args, verbatim } = shellArguments(name, request.command)
  const enclosed = sandbox === null ? null : await sandbox.enclose(cwd, tag)
  const start: CommandStart = {
    argv: [...(enclosed?.words ?? []), program, ...args],
    // bubblewrap goes there itself; the folder that we were started in may be gone.
    cwd: enclosed === null ? cwd : '/',
    env: enclosed?.env ?? usual,
    enclosed,
    verbatim,
    input: request.input,
    windows: self.kind === 'windows',
    order: null,
  }
  return { start, shell: name, environment: self.id }
}

async function planThere(request: PlanRequest, { settings, policy, tag, sandbox }: StartContext, side: Environment): Promise<StartPlan> {
  if (sandbox !== null) throw denied(`Commands run in a sandbox, which ${side.id} has none of; they run on ${settings.self.id} only.`)
  const { name, program } = shellOn(side, request)
  guardCommand(request.command, grammarOf(name), settings.blockedCommands)
  const cwd = await folderThere(request, policy, side, name)
  const world: World = await settings.world()
  if (side.node === undefined) throw failed(`${side.id} has no node, which starts and ends commands there; mcp-twin doctor says more.`)
  const agent = programOn(world, side, [side.node, ...agentArguments()], { timeoutMs: 0, onlyEnv: true, env: {} })
  if (agent === null)
    throw failed(
      `Programs of ${side.id} cannot be started from here${side.trouble === undefined ? '' : `: ${side.trouble.reason}`}; mcp-twin doctor says more.`,
    )
  const { args, verbatim } = shellArguments(name, request.command)
  const env = { ...commandEnvironment(settings.variables, tag), ...defined(agent.env) }
  const order = { file: program, args, cwd, verbatim, input: request.input, allowed: passedPattern, env: unattended }
  return {
    start: { argv: agent.argv, cwd: agent.cwd, env, enclosed: null, verbatim: false, input: true, windows: side.kind === 'windows', order },
    shell: name,
    environment: side.id,
  }
}

/**
 * Where a command starts on the other side: the folder named, else the first allowed one that lies on that side, else
 * that side's user folder. cmd cannot work in a network path, which is what our own side's files are to Windows.
 */
async function folderThere(request: PlanRequest, policy: Policy, side: Environment, shell: ShellName): Promise<string | undefined> {
  const place = await policy.sides()
  const far = (path: string | null): boolean => path === null || (side.kind === 'windows' && path.startsWith('\\\\'))
  if (request.cwd !== undefined) {
    const path = spell(await namedFolder(policy, request.cwd), side, place)
    if (path === null) throw failed(`${JSON.stringify(request.cwd)} cannot be reached from ${side.id}; name a folder of that side.`)
    if (far(path) && shell === 'cmd')
      throw failed(`cmd cannot work in ${path}, a network path to Windows; name a folder on a Windows drive, or use powershell.`)
    return path
  }
  const near = (await policy.region()).open.map((root) => spell(root, side, place)).find((path) => !far(path))
  return near ?? undefined
}

const defined = (env: Readonly<Record<string, string | undefined>> | undefined): Record<string, string> =>
  Object.fromEntries(Object.entries(env ?? {}).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])))

/** Whether this user may work in a folder. */
export const canEnter = (folder: string): boolean => accessTrouble(folder, constants.X_OK) === ''
