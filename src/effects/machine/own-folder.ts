import { folderName } from '../../core/layout.ts'
import { fromHere, isWindows, joinPath, looksPosixPath, looksWindowsPath } from '../../core/paths.ts'
import { usageError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
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
