import { readEntry } from '../../core/doctor/entry.ts'
import type { DoctorEntry } from '../../core/doctor/facts.ts'
import { programName } from '../../core/launch/command-line.ts'
import { serverOn } from '../../core/launch/side.ts'
import { looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import { type ObservedFile, type PlanInput, startSide } from '../../core/plan/plan.ts'
import type { PresentEntry } from '../../model/document.ts'
import type { Launch } from '../../model/entry.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { ConfigDocument } from '../../model/format.ts'
import type { System } from '../../model/system.ts'
import { resolveProgram } from '../run/program-path.ts'
import { compareKeys } from './key-values.ts'
import { isThere } from './place.ts'

const isPath = (text: string): boolean => looksPosixPath(text) || looksWindowsPath(text)

/** Returns what a launch lacks: its program, or the script for node. */
async function missingOf(system: System, world: World, side: Environment, launch: Launch): Promise<DoctorEntry['missing']> {
  const missing: { what: 'program' | 'script'; path: string }[] = []
  const { command, args, env } = launch
  if (/\$\{/.test(command)) return []
  if (isPath(command)) {
    if ((await isThere(system, world, side, command)) === false) missing.push({ what: 'program', path: command })
  } else if (side.self && !/[\\/]/.test(command)) {
    // The client's own variables override ours, PATH included.
    const all = Object.entries({ ...system.variables, ...env })
    const set = all.flatMap(([name, value]): [string, string][] => (value === undefined ? [] : [[name, value]]))
    if (resolveProgram(command, [], Object.fromEntries(set)) === null) missing.push({ what: 'program', path: command })
  }
  const [script = ''] = args
  const isScript = programName(command) === 'node' && isPath(script)
  if (isScript && (await isThere(system, world, side, script)) === false) missing.push({ what: 'script', path: script })
  return missing
}

/** Gathers the facts about the entries of one file. */
export const observeEntries = (system: System, input: PlanInput, file: ObservedFile, document: ConfigDocument): Promise<DoctorEntry[]> =>
  Promise.all(document.entries().map((each) => observeEntry(system, input, file, each)))

async function observeEntry(system: System, input: PlanInput, file: ObservedFile, each: PresentEntry): Promise<DoctorEntry> {
  const { crossed, holder, ...read } = readEntry(input, file, each)
  const { entry, runs } = read
  if ('unreadable' in entry) return { ...read, missing: [], keys: [] }
  const { world } = input.render
  const first = entry.kind === 'stdio' ? await missingOf(system, world, startSide(file), entry) : []
  // An entry crosses the border by a Windows program in both directions: wsl.exe, or an .exe by its mounted path.
  const windows = runs.id === startSide(file).id ? undefined : world.environments.find(({ kind }) => kind === 'windows')
  const missing = windows === undefined ? first : first.map((one) => ({ ...one, on: windows }))
  const inner = crossed === null ? [] : await missingOf(system, world, runs, crossed)
  return {
    ...read,
    missing: [...missing, ...inner.filter(({ path }) => !missing.some((other) => other.path === path))],
    keys: holder === null ? [] : compareKeys(serverOn(holder, runs), entry, input.render.key),
  }
}
