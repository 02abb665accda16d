import { layout } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { readOn } from '../packages/installed.ts'
import { isId, ownPackage } from './package.ts'

/** Would that side's launcher start this very code? Reads a few small files. */
export async function selfCurrent(system: System, environment: Environment, folder: NativePath): Promise<boolean> {
  const { id, launcher } = await ownPackage(system)
  const places = layout(environment, folder)
  if ((await readOn(system, environment, places.current))?.trim() !== id) return false
  if ((await readOn(system, environment, places.launcher)) !== launcher) return false
  return isWhole(system, environment, joinPath(environment, places.app, id))
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
