import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/** LM Studio, which takes Cursor's notation (lmstudio.ai/docs/app/mcp). */
export const lmStudio = defineClient({
  id: 'lm-studio',
  label: 'LM Studio',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, environment.home, '.lmstudio', 'mcp.json'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: {
    remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { url, ...unlessEmpty('headers', headers) }),
  },
  nameFits: (name) => name.trim() !== '',
  // It takes changes of this file up by itself.
  restart: '',
})
