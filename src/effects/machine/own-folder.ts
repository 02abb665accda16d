import { folderName } from '../../core/layout.ts'
import { fromHere, isWindows, joinPath, looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { native, type NativePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/**
 * Our folder on a side, as that side spells it: `~/.mcp-twin`. `MCP_TWIN_HOME` moves the own side's only, in either the
 * side's own spelling or the one of this process; another side's variables are not ours to know.
 */
export function ownFolder(system: System, environment: Environment): NativePath {
  const moved = environment.self ? system.variables.MCP_TWIN_HOME : undefined
  if (!moved) return joinPath(environment, environment.home, folderName)
  // The launcher tells the path by which it was started, so that this process's spelling comes first.
  const spelled = (isWindows(environment) ? looksWindowsPath : looksPosixPath)(moved) ? native(moved) : null
  const path = fromHere(environment, reachable(moved)) ?? spelled
  if (path === null || !(looksWindowsPath(path) || looksPosixPath(path))) {
    throw usageError(`MCP_TWIN_HOME is not an absolute path: ${moved}`, { hint: 'give the whole path, or leave the variable out' })
  }
  return joinPath(environment, path)
}

/**
 * Refuses a home that is no folder: everything would be put into a place that no program reads, or beside the working
 * directory. `HOME` is whatever the one who starts us makes it.
 */
export async function demandHomeFolder(system: System, own: Environment): Promise<void> {
  const name = isWindows(own) ? 'USERPROFILE' : 'HOME'
  const refuse = (what: string, hint: string): never => {
    throw new TwinError('no-home', `${name} ${what}: ${own.home}.`, { hint })
  }
  if (!isWindows(own) && !own.home.startsWith('/')) refuse('is not an absolute path', 'HOME=/home/you mcp-twin …')
  const found = await system.files.look(reachable(own.home), 'follow')
  if (found === null) refuse('names a folder that does not exist', 'make the folder, or set the variable to the one that is meant')
  else if (found.kind !== 'directory') refuse('is not a folder', 'set it to your home folder')
}
