import { dirName, isWindows, joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { npmPrefix } from '../machine/npm.ts'

/**
 * The machine-wide npmrc of a side, null where there is none. npm looks for it below its prefix (npm docs, "config",
 * `globalconfig`), so a call that names another `--prefix` would lose it, and with it a company's registry or
 * certificates: seen with npm 11.19, `npm config get cafile --prefix=/tmp/x` answers null. With `npmrcOnly` no variable
 * of npm's has a say in where it is.
 */
export async function globalConfig(system: System, environment: Environment, npmrcOnly: boolean): Promise<NativePath | null> {
  const { node } = environment
  // Said outright, it needs no help of ours.
  if (!npmrcOnly && Object.keys(system.variables).some((name) => /^npm_config_globalconfig$/i.test(name))) return null
  const prefix = npmrcOnly ? await npmPrefix(system, environment, {}) : environment.prefix
  const besideNode =
    node === undefined ? [] : [isWindows(environment) ? dirName(environment, node) : dirName(environment, dirName(environment, node))]
  for (const folder of [...(prefix === undefined ? [] : [prefix]), ...besideNode]) {
    const file = joinPath(environment, folder, 'etc', 'npmrc')
    const here = toHere(environment, file)
    if (here !== null && (await system.files.look(here, 'follow'))?.kind === 'file') return file
  }
  return null
}
