import { TwinError } from '../../errors.ts'
import { isWindows } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/**
 * Refuses a home that is no folder: everything would be put into a place that no program reads, or beside the working
 * directory. `HOME` is whatever the one who starts us makes it.
 */
export async function demandHomeFolder(system: System, own: Environment): Promise<void> {
  const name = isWindows(own) ? 'USERPROFILE' : 'HOME'
  const refuse = (what: string, hint: string): never => {
    throw new TwinError('no-home', `${name} ${what}: ${own.home}.`, { hint })
  }
  if (!isWindows(own) && !own.home.startsWith('/')) refuse('is no absolute path', 'HOME=/home/you mcp-twin …')
  const found = await system.files.look(reachable(own.home), 'follow')
  if (found === null) refuse('names a folder that is not there', 'make the folder, or set the variable to the one that is meant')
  else if (found.kind !== 'directory') refuse('names something that is no folder', 'set it to your home folder')
}
