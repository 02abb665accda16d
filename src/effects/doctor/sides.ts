import { statfs } from 'node:fs/promises'
import { dirname } from 'node:path'
import { version } from 'node:process'
import type { Facts, Pulse, SideFacts } from '../../core/doctor/facts.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { layout } from '../../core/layout.ts'
import { canRun } from '../../core/participants.ts'
import { dirName, joinPath, onDrive, toHere } from '../../core/paths.ts'
import type { PlanInput } from '../../core/plan/plan.ts'
import { isThere, openHere } from './place.ts'
import { ask } from '../machine/ask.ts'
import { hasModes } from '../machine/modes.ts'
import { pathFolders } from '../machine/npm.ts'
import { programOn } from '../machine/program.ts'
import { runningPrograms } from '../machine/running.ts'
import { isTrouble } from '../store/trouble.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Returns the free bytes on the disk of a folder, which need not exist; null: unknown. */
async function observeRoom(environment: Environment, folder: NativePath | null): Promise<SideFacts['room']> {
  const here = folder === null ? null : toHere(environment, folder)
  if (folder === null || here === null) return null
  for (let at: string = here; ; at = dirname(at)) {
    try {
      const { bavail, bsize, files, ffree } = await statfs(at)
      return { path: folder, free: bavail * bsize, files: files === 0 ? null : ffree }
    } catch (error) {
      if (!isTrouble(error)) throw error
      if (error.code !== 'ENOENT' || at === dirname(at)) return null
    }
  }
}

/** Time limit for one line from a side's node. */
const PULSE_MS = 5000
/** No quotes or dollars: it passes through a Windows command line. */
const pulseScript = 'process.stdout.write(Date.now()+String.fromCharCode(32)+process.versions.node)'

/** Asks the node of another side for the time, which proves that its programs can be started from here. */
async function takePulse(system: System, world: World, environment: Environment, signal: AbortSignal): Promise<Pulse | null> {
  if (environment.self || environment.node === undefined || !canRun(environment)) return null
  const program = programOn(world, environment, [environment.node, '-e', pulseScript], {
    timeoutMs: PULSE_MS,
    signal,
    cwd: environment.home,
  })
  if (program === null) return null
  const began = system.now()
  const told = await ask(system, program)
  const ended = system.now()
  // Without interop the kernel refuses a Windows program, or a shell runs it as a script (microsoft/WSL#8843).
  if (!told.ok)
    return { ok: false, why: /MZ|ENOEXEC|EACCES|Exec format/.test(told.why) ? 'is not handed over to Windows (interop is off)' : told.why }
  const [, time, nodeVersion] = /(\d{10,}) (\d+\.\d+\.\d+\S*)/.exec(told.text) ?? []
  if (time === undefined || nodeVersion === undefined) return { ok: false, why: 'printed no answer' }
  // Any moment between question and answer is the right one.
  const skewMs = Number(time) < began ? Number(time) - began : Math.max(0, Number(time) - ended)
  return { ok: true, nodeVersion, skewMs }
}

async function versionOf(system: System, environment: Environment, pulse: Pulse | null): Promise<string | null> {
  if (pulse?.ok === true) return pulse.nodeVersion
  if (environment.nodeVersion !== undefined) return environment.nodeVersion
  const here = environment.self && environment.node !== undefined ? toHere(environment, environment.node) : null
  return here !== null && (await system.files.realPath(here)) === system.execPath ? version.replace(/^v/, '') : null
}

/** Returns node's programs that this side's PATH finds first on a Windows drive. */
async function foreignPrograms(system: System, world: World, environment: Environment): Promise<SideFacts['foreignPrograms']> {
  if (!environment.self || environment.kind !== 'wsl') return []
  const found: { name: string; path: string }[] = []
  for (const name of ['node', 'npm', 'npx']) {
    for (const folder of pathFolders(environment, system.variables.PATH ?? '')) {
      const path = joinPath(environment, folder, name)
      if ((await isThere(system, world, environment, path)) !== true) continue
      const here = openHere(world, environment, path)
      const real = here === null ? null : await system.files.realPath(here)
      if (onDrive(environment, path) !== null || (real !== null && onDrive(environment, real) !== null)) found.push({ name, path })
      break
    }
  }
  return found
}

/** Returns whether this user may write there, by the mode of the nearest existing folder; null: unknown. */
async function isWritable(system: System, environment: Environment, path: NativePath): Promise<boolean | null> {
  if (!environment.self || environment.kind === 'windows' || system.uid === undefined) return null
  for (let folder = path; ; folder = dirName(environment, folder)) {
    const here = toHere(environment, folder)
    const facts = here === null ? null : await system.files.look(here, 'follow')
    if (here !== null && facts !== null) {
      if (system.uid === 0) return true
      if (!(await hasModes(system, here))) return null
      if (facts.uid === system.uid) return (facts.mode & 0o200) !== 0
      if ((facts.mode & 0o002) !== 0) return true
      return (facts.mode & 0o020) !== 0 ? null : false
    }
    if (folder === dirName(environment, folder)) return null
  }
}

async function storeOf(system: System, input: PlanInput, environment: Environment): Promise<SideFacts['store']> {
  const folder = input.render.folders(environment.id)
  const prefix = prefixOn(input.manifest, environment)
  const path = prefix.kind === 'npm' ? prefix.path : folder === null ? null : layout(environment, folder).npm
  return { kind: prefix.kind, path, writable: path === null ? null : await isWritable(system, environment, path) }
}

async function observeSide(
  system: System,
  world: World,
  input: PlanInput,
  environment: Environment,
  signal: AbortSignal,
): Promise<SideFacts> {
  const { node, npm } = environment
  const nodeThere = node === undefined ? null : await isThere(system, world, environment, node)
  const [pulse, running] = await Promise.all([
    nodeThere === false ? null : takePulse(system, world, environment, signal),
    runningPrograms(system, world, environment, signal),
  ])
  return {
    environment,
    pulse,
    nodeThere,
    npmThere: npm === undefined ? null : await isThere(system, world, environment, npm),
    nodeVersion: await versionOf(system, environment, pulse),
    running,
    foreignPrograms: await foreignPrograms(system, world, environment),
    store: await storeOf(system, input, environment),
    room: await observeRoom(environment, input.render.folders(environment.id)),
  }
}

/** Gathers the facts of each side that takes part, concurrently. */
export const observeSides = (system: System, world: World, input: PlanInput, signal: AbortSignal): Promise<Facts['sides']> =>
  Promise.all(input.world.environments.map((environment) => observeSide(system, world, input, environment, signal)))
