import { unlessEmpty } from '../../../core/object.ts'
import { isWindows, joinPath, settingsFolder } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/** Devin Desktop, called Windsurf before June 2026, and Devin's command line (docs.devin.ai). It reads `serverUrl` too. */
export const devin = defineClient({
  id: 'devin',
  label: 'Devin',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) =>
    isWindows(environment)
      ? joinPath(environment, settingsFolder(environment), 'devin', 'mcp_config.json')
      : joinPath(environment, environment.home, '.config', 'devin', 'mcp_config.json'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: {
    remote: ({ url, transport, headers }) => ({
      ...(transport === 'sse' ? { transport } : {}),
      url,
      ...unlessEmpty('headers', headers),
    }),
  },
  nameFits: (name) => name.trim() !== '',
  restart: 'in Devin: MCP servers, then Refresh',
  closed: ['.devin/mcp_config.json'],
})
