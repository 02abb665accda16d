import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/** Kiro: its IDE and its command line (kiro.dev/docs/mcp/configuration). It fills `${NAME}` in, and knows no way to write such a text plainly. */
export const kiro = defineClient({
  id: 'kiro',
  label: 'Kiro',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, environment.home, '.kiro', 'settings', 'mcp.json'),
  folder: (environment) => joinPath(environment, environment.home, '.kiro'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: {
    stdio: ({ command, args, env }) => ({ command, args: [...args], ...unlessEmpty('env', env) }),
    remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { url, ...unlessEmpty('headers', headers) }),
  },
  fills: /\$\{\w+\}/,
  nameFits: (name) => name.trim() !== '',
  // It takes changes of this file up by itself.
  restart: '',
})
