import { layout } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readOn } from './installed.ts'
import { type Binary, lackedBy, ownBinary } from './self-binaries.ts'
import { isId, ownPackage } from './self-package.ts'

/**
 * Would that side's launcher start this very code, with the binaries that it uses there? Reads a few small files. A copy
 * that lacks a binary which can be had is not current, though it runs: the next sync tries again.
 */
export async function selfCurrent(system: System, environment: Environment, folder: NativePath): Promise<boolean> {
  const { id, launcher, root } = await ownPackage(system)
  const places = layout(environment, folder)
  if ((await readOn(system, environment, places.current))?.trim() !== id) return false
  if ((await readOn(system, environment, places.launcher)) !== launcher) return false
  const version = joinPath(environment, places.app, id)
  if (!(await isWhole(system, environment, version))) return false
  return !(await canComplete(system, environment, root, version, await lackedBy(system, environment, root, version)))
}

/** Would that side's launcher start any whole version of this program? */
export async function selfPresent(system: System, environment: Environment, folder: NativePath): Promise<boolean> {
  const places = layout(environment, folder)
  const id = (await readOn(system, environment, places.current))?.trim() ?? ''
  if (!isId(id) || (await readOn(system, environment, places.launcher)) === null) return false
  return isWhole(system, environment, joinPath(environment, places.app, id))
}

/** Version folders get their name when they are whole; only removal by hand could have left less. */
export async function isWhole(system: System, environment: Environment, version: NativePath): Promise<boolean> {
  const main = toHere(environment, joinPath(environment, version, 'dist', 'main.mjs'))
  return main !== null && (await system.files.look(main))?.kind === 'file'
}

/**
 * Is there something to be done about what a version folder lacks? Not on another side: the bridge runs at home, so a copy
 * elsewhere works without them. On the own side what this program has itself can be copied, and what another side's run
 * could not get there is asked for again; any other copy was installed without (`npm install --omit=optional`), and
 * stays as its owner wants it.
 */
async function canComplete(
  system: System,
  environment: Environment,
  root: ReachablePath,
  version: NativePath,
  lacked: readonly Binary[],
): Promise<boolean> {
  if (!environment.self || lacked.length === 0) return false
  if (await isNoted(system, environment, version)) return true
  for (const each of lacked) if ((await ownBinary(system, root, each)) !== null) return true
  return false
}

/** Our note in a version folder that its binaries could not be had when another side put it there. */
export const noteOf = (environment: Environment, version: NativePath): NativePath => joinPath(environment, version, '.lacks')

/** Has another side's run left such a note? */
export const isNoted = async (system: System, environment: Environment, version: NativePath): Promise<boolean> =>
  (await readOn(system, environment, noteOf(environment, version))) !== null
