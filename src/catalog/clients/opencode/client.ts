import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import type { NativePath } from '../../../model/path.ts'

const inFolder = (environment: Environment, name: string): NativePath =>
  joinPath(environment, environment.home, '.config', 'opencode', name)

/**
 * opencode (opencode.ai/docs/mcp-servers). It reads both `opencode.json` and `opencode.jsonc`, and the latter wins; a remote server is
 * tried over Streamable HTTP, then over SSE; `{env:NAME}` and `{file:PATH}` are filled in anywhere, before the file is parsed (opencode 1.18.33).
 */
export const opencode = defineClient({
  id: 'opencode',
  label: 'opencode',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => inFolder(environment, 'opencode.json'),
  preferredFile: (environment) => inFolder(environment, 'opencode.jsonc'),
  container: ['mcp'],
  format: 'jsonc',
  rejectsBom: false,
  published: true,
  fills: /\{(?:env|file):[^}]*\}/,
  spelling: {
    stdio: ({ command, args, env }) => ({
      ...{ type: 'local', command: [command, ...args] },
      ...unlessEmpty('environment', env),
    }),
    remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { type: 'remote', url, ...unlessEmpty('headers', headers) }),
    triesBoth: true,
    read: ({ environment, env: _, args: __, ...value }) => {
      if (value.type === undefined && value.enabled !== undefined)
        return { unreadable: 'it only switches a server on or off that stands elsewhere' }
      return environment === undefined ? value : { ...value, env: environment }
    },
    keys: ['environment'],
  },
  nameFits: (name) => name.trim() !== '',
  restart: 'start opencode anew',
})
