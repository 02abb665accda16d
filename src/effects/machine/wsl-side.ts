import { environmentDefinitions } from '../../catalog/environments/index.ts'
import { isWindows, joinPath, onDrive, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { ask } from './ask.ts'
import { distroScript, readDistroFacts } from './distro-script.ts'
import { readNodeFacts, tooOld } from './node-facts.ts'
import { findNpm, npmPrefix } from './npm.ts'
import type { SideLook } from './options.ts'

/** A stopped distribution boots first, which takes seconds; both together stay under 10 s. */
const listMs = 3000
const enterMs = 6500

/** Distributions that belong to container programs. */
const internal = /^(docker-desktop(-data)?|rancher-desktop(-data)?|podman-machine-.*)$/i

/** `wsl.exe` and the words before a program of a distribution, for the side that calls it. */
export interface Door {
  readonly wsl: string
  /** Makes WSL's own messages UTF-8 where it is new enough (microsoft/WSL#4607), and quiet. */
  readonly env: Readonly<Record<string, string>>
}

/** The door of this side; null where Windows has no `wsl.exe`. */
export async function findDoor(system: System, own: Environment, windows: Environment | undefined): Promise<Door | null> {
  const root = (isWindows(own) ? own : windows)?.systemRoot ?? native('C:\\Windows')
  const path = joinPath({ kind: 'windows' }, root, 'System32', 'wsl.exe')
  const here = isWindows(own) ? reachable(path) : windows && toHere(windows, path)
  if (!here || (await system.files.look(here, 'follow')) === null) return null
  const names = { WSL_UTF8: '1', WSL_DISABLE_WARNINGS: '1' }
  const shared = [system.variables.WSLENV, ...(isWindows(own) ? [] : Object.keys(names).map((name) => `${name}/w`))]
    .filter(Boolean)
    .join(':')
  return { wsl: here, env: { ...names, ...(shared !== '' && { WSLENV: shared }) } }
}

export type Distros = { readonly names: readonly string[] } | { readonly why: string; readonly hung: boolean }

/** A WSL that gives no answer at all. Its distributions are those of earlier; without one, not even their names are known. */
export function hungWsl(why: string, looking: SideLook): Environment[] {
  const trouble = { reason: `WSL gives no answer: wsl.exe ${why}`, hint: 'in PowerShell: wsl --shutdown' }
  const known = formerDistros([], looking, trouble)
  const unknown: Environment = { id: 'wsl:unknown', kind: 'wsl', self: false, user: '', home: native('~'), files: [], running: [], trouble }
  return known.length > 0 ? known : [unknown]
}

/** Distributions that took part when there still was a WSL. */
export const goneWsl = (asked: readonly string[], looking: SideLook): Environment[] =>
  formerDistros(asked, looking, {
    reason: 'there is no WSL on this Windows any more: wsl.exe was not found, or knows no distribution',
    hint: 'in PowerShell: wsl --install; or, if it is gone for good, "distros": [] in the manifest',
  })

/** The distributions that people work in, Windows' default first, as `wsl.exe -l -q` sorts them; or why they are not known. */
export async function listDistros(system: System, door: Door, looking: SideLook): Promise<Distros> {
  const output = await ask(system, { argv: [door.wsl, '-l', '-q'], env: door.env, timeoutMs: listMs, signal: looking.signal })
  // Without any distribution, or as the stub that offers to install WSL, it ends with an error: then there is no WSL here.
  if (!output.ok) return { why: output.why, hung: output.hung }
  const names = output.text.split('\n').map((line) => line.trim())
  return { names: names.filter((name) => name !== '' && !internal.test(name)) }
}

/** The distributions that run, in lower case. Asking starts none. Where none runs, wsl.exe ends with an error. */
export async function runningDistros(system: System, door: Door, signal: AbortSignal | undefined): Promise<ReadonlySet<string>> {
  const argv = [door.wsl, '-l', '-q', '--running']
  const output = await ask(system, { argv, env: door.env, timeoutMs: listMs, signal })
  const lines = output.ok ? output.text.split('\n') : []
  return new Set(lines.map((line) => line.trim().toLowerCase()))
}

/** How this side opens a distribution's files: the share of WSL under its new or old name, and the drives it mounts. */
async function filesOf(system: System, own: Environment, distro: string, mountRoot: string): Promise<Environment['files']> {
  if (!isWindows(own)) return []
  const hosts = ['wsl.localhost', 'wsl$'].map((host) => reachable(`\\\\${host}\\${distro}\\`))
  let share: ReachablePath | undefined
  for (const host of hosts) if (share === undefined && (await system.files.look(host, 'follow')) !== null) share = host
  const letters = new Set([own.home, own.systemRoot ?? 'C:\\'].flatMap((path) => /^([A-Za-z]):/.exec(path)?.[1]?.toUpperCase() ?? []))
  const drives =
    mountRoot === '' ? [] : [...letters].map((letter) => ({ native: `${mountRoot}${letter.toLowerCase()}/`, here: `${letter}:\\` }))
  return [{ native: '/', here: share ?? hosts[0] ?? '' }, ...drives]
}

/** A distribution that gives no answer. Its home has a name that no file has, and no way leads to it. */
const silent = (distro: string, why: string, looking: SideLook): Environment =>
  lost(distro, looking, { reason: `the distribution ${distro} cannot be entered: wsl.exe ${why}`, hint: `in PowerShell: wsl -d ${distro}` })

/** A distribution that is stopped, where looking alone starts none. */
const asleep = (distro: string, looking: SideLook): Environment => ({
  ...lost(distro, looking, {
    reason: `the distribution ${distro} is asleep, and looking does not wake it`,
    hint: `in PowerShell: wsl -d ${distro}`,
  }),
  asleep: true,
})

function lost(distro: string, looking: SideLook, trouble: NonNullable<Environment['trouble']>): Environment {
  const known = looking.earlier?.find((each) => each.id === `wsl:${distro}`)
  const { exec: _, asleep: __, ...rest } = known ?? { id: `wsl:${distro}`, kind: 'wsl' as const, distro, user: '', home: native('~') }
  return { ...rest, self: false, files: [], running: [], trouble }
}

/**
 * The distributions that took part before, where WSL itself is gone or dumb: what they need is refused with the reason, not
 * forgotten.
 */
function formerDistros(asked: readonly string[], looking: SideLook, trouble: NonNullable<Environment['trouble']>): Environment[] {
  const known = (looking.earlier ?? []).flatMap(({ kind, distro }) => (kind === 'wsl' && distro !== undefined ? [distro] : []))
  return [...new Set([...asked, ...known])].map((distro) => lost(distro, looking, trouble))
}

const onlyForeign = ({ distro }: Environment): Environment['trouble'] => ({
  reason: `the only node in ${distro} is the one of Windows`,
  hint: environmentDefinitions.wsl.getNode,
})

/** Why no Node of a distribution answered: there is none, it does not work, or the login shell is slow. */
function silentNode({ distro }: Environment, facts: ReadonlyMap<string, string>): Environment['trouble'] {
  const [late, node] = [facts.get('late'), facts.get('found')]
  if (late !== undefined) {
    const reason = `node in ${distro}, or the login shell that finds it, did not answer in time`
    return { reason, hint: `see what keeps it, in PowerShell: wsl -d ${distro} -- bash -lic "node -v"` }
  }
  const reason = node === undefined ? `no node was found in ${distro}` : `its node does not work: ${node}`
  return { reason, hint: environmentDefinitions.wsl.getNode }
}

/** Adds node, npm and prefix, or says that there is none. A node on a Windows drive is the other side's and never used. */
async function withPrograms(system: System, found: Environment, text: string): Promise<Environment> {
  const facts = readNodeFacts(text)
  if (!facts || facts.platform === 'win32' || onDrive(found, facts.node)) {
    return { ...found, trouble: facts ? onlyForeign(found) : silentNode(found, readDistroFacts(text)) }
  }
  const old = tooOld(facts, environmentDefinitions.wsl.getNode)
  if (old !== null) return { ...found, nodeVersion: facts.version, trouble: old }
  const node = native(facts.node)
  const npm = await findNpm(system, found, node)
  const withNode: Environment = { ...found, node, nodeVersion: facts.version, ...(npm !== undefined && { npm }) }
  const prefix = await npmPrefix(system, withNode, facts.variables)
  return { ...withNode, ...(prefix !== undefined && { prefix }) }
}

/** A distribution as another side sees it: entered once, as its default user, and from then on as that user by name. */
export async function wslSide(system: System, own: Environment, door: Door, distro: string, looking: SideLook): Promise<Environment> {
  if (looking.awake?.has(distro.toLowerCase()) === false) return asleep(distro, looking)
  looking.onProgress?.(`Asking ${distro}`)
  const argv = [door.wsl, '-d', distro, '--exec', '/bin/sh']
  const output = await ask(system, { argv, env: door.env, input: distroScript, timeoutMs: enterMs, signal: looking.signal })
  if (!output.ok) return silent(distro, output.why, looking)
  const facts = readDistroFacts(output.text)
  const [user, home] = [facts.get('user'), facts.get('home')]
  if (user === undefined || home === undefined) return silent(distro, 'printed no answer', looking)
  // "wsl -d" takes a name in any case; paths use the one that it has inside.
  const name = facts.get('name') ?? distro
  const mountRoot = /^(\/.*\/|\/)c\/?$/i.exec(facts.get('mount') ?? '')?.[1] ?? ''
  const claude = facts.get('claude')
  const found: Environment = {
    id: `wsl:${name}`,
    kind: 'wsl',
    self: false,
    distro: name,
    user,
    home: native(home),
    mountRoot,
    wslVersion: /-Microsoft$/.test(facts.get('release') ?? '') ? 1 : 2,
    files: await filesOf(system, own, name, mountRoot),
    exec: [door.wsl, '-d', name, '-u', user, '--exec'],
    running: [],
    ...(claude !== undefined && { claudeConfigDir: native(claude) }),
  }
  return withPrograms(system, found, output.text)
}
