import { toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { SideFiles } from '../../model/located.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { passing } from './passing.ts'

/** The files of a side, as far as they can be looked at from here. */
export function sideFiles(system: System, environment: Environment): SideFiles {
  const at = async <T>(path: NativePath, look: (here: ReachablePath) => Promise<T | null>): Promise<T | null> => {
    const here = toHere(environment, path)
    return here === null ? null : passing(look(here))
  }
  return {
    list: async (folder) => (await at(folder, (here) => system.files.list(here))) ?? [],
    look: (path, follow) => at(path, (here) => system.files.look(here, follow)),
    read: (path) => at(path, (here) => system.files.read(here)),
    realPath: (path) => at(path, (here) => system.files.realPath(here)),
  }
}
