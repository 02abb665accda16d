import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import { type NativePath, native } from '../../../model/path.ts'

const [dataVariable, fileVariable] = ['CLINE_DATA_DIR', 'CLINE_MCP_SETTINGS_PATH']

const moved = (environment: Environment, name: string): string => environment.variables?.[name]?.trim() ?? ''

function fileOf(environment: Environment): NativePath {
  const [file, data] = [moved(environment, fileVariable), moved(environment, dataVariable)]
  if (file !== '') return native(file)
  const folder = data === '' ? joinPath(environment, environment.home, '.cline', 'data') : native(data)
  return joinPath(environment, folder, 'settings', 'cline_mcp_settings.json')
}

/**
 * Cline: its extension and its command line share one file. It also writes entries as `{"transport": {…}}`, which are read like all
 * others (cline 3.0.65).
 */
export const cline = defineClient({
  id: 'cline',
  label: 'Cline',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: fileOf,
  folder: (environment) => joinPath(environment, environment.home, '.cline'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: {
    remote: ({ url, transport, headers }) => ({
      type: transport === 'sse' ? 'sse' : 'streamableHttp',
      url,
      ...unlessEmpty('headers', headers),
    }),
  },
  nameFits: (name) => name.trim() !== '',
  restart: 'in Cline: MCP Servers, then restart the server',
  variables: [dataVariable, fileVariable],
})
