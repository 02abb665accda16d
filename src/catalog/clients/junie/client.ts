import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/** Junie, JetBrains' agent (junie.jetbrains.com/docs). Sources disagree on how it spells a remote server, so it gets one that relays. */
export const junie = defineClient({
  id: 'junie',
  label: 'Junie (JetBrains)',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, environment.home, '.junie', 'mcp', 'mcp.json'),
  folder: (environment) => joinPath(environment, environment.home, '.junie'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: {},
  nameFits: (name) => name.trim() !== '',
  restart: 'start a new Junie task',
})
