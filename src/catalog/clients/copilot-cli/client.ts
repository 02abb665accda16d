import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import type { Environment } from '../../../model/environment.ts'
import { type NativePath, native } from '../../../model/path.ts'

const folderVariable = 'COPILOT_HOME'

/** `~/.copilot`, or where `COPILOT_HOME` moves it. */
function folderOf(environment: Environment): NativePath {
  const moved = environment.variables?.[folderVariable]?.trim() ?? ''
  return moved === '' ? joinPath(environment, environment.home, '.copilot') : native(moved)
}

/**
 * GitHub Copilot's command line (docs.github.com/copilot, "Adding MCP servers for GitHub Copilot CLI"). It takes comments and trailing
 * commas, and loses both when it writes (copilot 1.0.102).
 */
export const copilotCli = defineClient({
  id: 'copilot-cli',
  label: 'Copilot CLI',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  switchedOn: true,
  file: (environment) => joinPath(environment, folderOf(environment), 'mcp-config.json'),
  container: ['mcpServers'],
  format: 'jsonc',
  rejectsBom: false,
  spelling: {
    stdio: ({ command, args, env }) => ({
      ...{ type: 'local', command, args: [...args] },
      ...unlessEmpty('env', env),
      tools: ['*'],
    }),
    remote: ({ url, transport, headers }) => ({
      ...{ type: transport ?? 'http', url },
      ...unlessEmpty('headers', headers),
      tools: ['*'],
    }),
  },
  nameFits: (name) => name.trim() !== '',
  heldFile: '.mcp-writer.lock',
  restart: 'start Copilot CLI anew, or type /mcp reload',
  variables: [folderVariable],
})
