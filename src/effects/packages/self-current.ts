import { layout } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readOn } from './installed.ts'
import { type Binary, lackedBy, ownBinary } from './self-binaries.ts'
import { isId, ownPackage } from './self-package.ts'

/**
 * Returns whether that side's launcher starts this very code with its binaries. Reads a few small files. A copy that works
 * but lacks a binary that is available is not current: the next sync tries again.
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

/** Returns whether that side's launcher starts any complete version of this program. */
export async function selfPresent(system: System, environment: Environment, folder: NativePath): Promise<boolean> {
  const places = layout(environment, folder)
  const id = (await readOn(system, environment, places.current))?.trim() ?? ''
  if (!isId(id) || (await readOn(system, environment, places.launcher)) === null) return false
  return isWhole(system, environment, joinPath(environment, places.app, id))
}

/** Returns whether a version folder is complete: it gets its name last, so only a removal by hand can make it incomplete. */
export async function isWhole(system: System, environment: Environment, version: NativePath): Promise<boolean> {
  const main = toHere(environment, joinPath(environment, version, 'dist', 'main.mjs'))
  return main !== null && (await system.files.look(main))?.kind === 'file'
}

/**
 * Returns whether missing binaries of a version folder can be added. Not on another side: only the bridge uses them, and it
 * runs at home. On this side they are copied from this program, or asked of npm again after another side failed to; a copy
 * installed without them (`npm install --omit=optional`) stays as it is.
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

/** The marker in a version folder that another side could not install its binaries. */
export const noteOf = (environment: Environment, version: NativePath): NativePath => joinPath(environment, version, '.lacks')

/** Returns whether another side has left that marker. */
export const isNoted = async (system: System, environment: Environment, version: NativePath): Promise<boolean> =>
  (await readOn(system, environment, noteOf(environment, version))) !== null
