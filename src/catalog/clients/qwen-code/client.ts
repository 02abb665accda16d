import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/**
 * Qwen Code: its servers stand among its settings. A `url` is spoken to over SSE, a `httpUrl` over Streamable HTTP. It fills `$NAME` and
 * `${NAME}` in where that is set, and knows no way to write such a text plainly (qwen-code 0.24.4).
 */
export const qwenCode = defineClient({
  id: 'qwen-code',
  label: 'Qwen Code',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, environment.home, '.qwen', 'settings.json'),
  container: ['mcpServers'],
  format: 'commented',
  rejectsBom: false,
  published: true,
  fills: /\$(?:\w+|\{[^}]+\})/,
  spelling: {
    remote: ({ url, transport, headers }) => ({
      ...(transport === 'sse' ? { url } : { httpUrl: url }),
      ...unlessEmpty('headers', headers),
    }),
    read: ({ url, ...value }) =>
      url === undefined || typeof value.httpUrl === 'string' ? value : { ...value, url, type: value.type ?? 'sse' },
  },
  nameFits: (name) => name.trim() !== '',
  restart: 'start Qwen Code anew',
})
