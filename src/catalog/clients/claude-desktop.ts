import { joinPath } from '../../core/paths.ts'
import { defineClient } from '../../model/client.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'

const FILE = 'claude_desktop_config.json'

/** The classic folder of the app. On Windows it is only one of three places where the live file may be. */
function folder(environment: Environment): NativePath {
  if (environment.kind === 'windows')
    return joinPath(environment, environment.appData ?? joinPath(environment, environment.home, 'AppData', 'Roaming'), 'Claude')
  if (environment.kind === 'macos') return joinPath(environment, environment.home, 'Library', 'Application Support', 'Claude')
  return joinPath(environment, environment.home, '.config', 'Claude')
}

/**
 * Claude Desktop. It starts stdio servers only: an entry with `url` is skipped with a notice (cboxdk/statamic-mcp#20),
 * and no `${VAR}` in a value is expanded (modelcontextprotocol/servers#1039). It reads the file at its start.
 */
export const claudeDesktop = defineClient({
  id: 'claude-desktop',
  label: 'Claude Desktop',
  always: ['windows', 'macos'],
  environments: ['windows', 'macos', 'linux'],
  file: (environment) => joinPath(environment, folder(environment), FILE),
  folder,
  locate: 'claude-desktop',
  container: ['mcpServers'],
  format: 'json',
  // It falls back to its defaults and saves without the servers (tradesdontlie/tradingview-mcp#406).
  rejectsBom: true,
  remotes: false,
  reference: () => null,
  nameFits: (name) => name.trim() !== '',
  processes: ['claude.exe', 'Claude', 'claude-desktop'],
  restart: 'quit Claude Desktop fully (from its tray or menu bar icon, closing the window is not enough) and start it again',
})
