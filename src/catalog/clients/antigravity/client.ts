import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/** Antigravity: its IDE and its command line share one file (antigravity.google/docs/mcp). */
export const antigravity = defineClient({
  id: 'antigravity',
  label: 'Antigravity',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, environment.home, '.gemini', 'config', 'mcp_config.json'),
  container: ['mcpServers'],
  format: 'jsonc',
  rejectsBom: false,
  spelling: {
    remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { serverUrl: url, ...unlessEmpty('headers', headers) }),
  },
  nameFits: (name) => name.trim() !== '',
  restart: 'in Antigravity: MCP servers, then Refresh',
  closed: ['.agents/mcp_config.json'],
})
