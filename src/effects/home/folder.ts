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
  const path = (isWindows(environment) ? looksWindowsPath : looksPosixPath)(moved) ? native(moved) : fromHere(environment, reachable(moved))
  if (path === null || !(looksWindowsPath(path) || looksPosixPath(path))) {
    throw usageError(`MCP_TWIN_HOME is not an absolute path: ${moved}`, { hint: 'give the whole path, or leave the variable out' })
  }
  return joinPath(environment, path)
}
