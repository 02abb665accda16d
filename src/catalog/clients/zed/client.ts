import { isObject, unlessEmpty } from '../../../core/object.ts'
import { isWindows, joinPath, settingsFolder } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'

/**
 * Zed: its servers stand in its settings (zed.dev/docs/ai/mcp). An entry without `args` fails there silently, and older versions
 * need `source` (zed-industries/zed:crates/project/src/project_settings.rs).
 */
export const zed = defineClient({
  id: 'zed',
  label: 'Zed',
  untried: true,
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) =>
    isWindows(environment)
      ? joinPath(environment, settingsFolder(environment), 'Zed', 'settings.json')
      : joinPath(environment, environment.home, '.config', 'zed', 'settings.json'),
  container: ['context_servers'],
  format: 'jsonc',
  rejectsBom: false,
  published: true,
  spelling: {
    stdio: ({ command, args, env }) => ({
      ...{ source: 'custom', command, args: [...args] },
      ...unlessEmpty('env', env),
    }),
    remote: ({ url, transport, headers }) => (transport === 'sse' ? null : { url, ...unlessEmpty('headers', headers) }),
    read: ({ source: _, ...value }) => {
      if (isObject(value.command)) return { unreadable: 'its "command" is an object, which only Zed reads' }
      const isExtension = value.command === undefined && value.url === undefined && value.settings !== undefined
      return isExtension ? { unreadable: 'an extension of Zed brings this server' } : value
    },
    keys: ['source'],
  },
  nameFits: (name) => name.trim() !== '',
  // It takes changes of this file up by itself.
  restart: '',
})
