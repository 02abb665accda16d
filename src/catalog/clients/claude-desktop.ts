import { classicFolder, desktopConfigName } from '../../core/desktop/places.ts'
import { joinPath } from '../../core/paths.ts'
import { defineClient } from '../../model/client.ts'

/**
 * Claude Desktop. It starts stdio servers only: an entry with `url` is skipped with a notice (cboxdk/statamic-mcp#20),
 * and no `${VAR}` in a value is expanded (modelcontextprotocol/servers#1039). It reads the file at its start.
 */
export const claudeDesktop = defineClient({
  id: 'claude-desktop',
  label: 'Claude Desktop',
  always: ['windows', 'macos'],
  environments: ['windows', 'macos', 'linux'],
  // The usual place. Which of its places it really reads is found out at run time.
  file: (environment) => joinPath(environment, classicFolder(environment), desktopConfigName),
  folder: classicFolder,
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
