import { folderNames } from '../../../core/logs/places.ts'
import { localFolder } from '../../../core/paths.ts'
import type { Environment } from '../../../model/environment.ts'
import type { LogPlace } from '../../../model/log-place.ts'
import type { NativePath } from '../../../model/path.ts'
import { desktopPlaces, packageFamily, userDataVariable } from './places.ts'

/** `mcp.log` and `mcp-server-<NAME>.log` (modelcontextprotocol docs, "debugging"), `main.log` of the app itself. */
const file = /^(?:mcp|main|mcp-server-(.+))\.log$/i

const place = (base: NativePath, folders: readonly RegExp[]): LogPlace => ({ base, folders, file, newestOnly: false })

/**
 * Claude Desktop's logs: beside its settings, wherever these are, and where its packages and macOS keep them apart: the same
 * folder under Local where a package is told not to be redirected (anthropics/claude-code#93152, #94254), `~/Library/Logs`.
 */
export function desktopLogs(environment: Environment): LogPlace[] {
  const besideSettings = desktopPlaces(environment, [environment.variables?.[userDataVariable]]).map(({ base, folders, below }) =>
    place(base, [...folders, ...folderNames(...below, 'logs')]),
  )
  if (environment.kind === 'macos') return [place(environment.home, folderNames('Library', 'Logs', 'Claude')), ...besideSettings]
  if (environment.kind !== 'windows') return besideSettings
  const local = localFolder(environment)
  return [
    ...besideSettings,
    place(local, folderNames('Claude', 'logs')),
    place(local, [/^packages$/i, packageFamily, ...folderNames('LocalCache', 'Local', 'Claude', 'logs')]),
  ]
}
