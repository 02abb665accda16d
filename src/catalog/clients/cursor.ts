import { joinPath } from '../../core/paths.ts'
import { type ClientDefinition, defineClient } from '../../model/client.ts'

/** The words that Cursor fills in an entry (cursor.com/docs, "Model Context Protocol", config interpolation). */
const cursorFill: NonNullable<ClientDefinition['fill']> = (text, { variable, home, project, isWindows }) =>
  text.replace(/\$\{(env:[^{}]+|[A-Za-z]+|\/)\}/g, (whole, word: string) => {
    if (word.startsWith('env:')) return variable(word.slice(4)) ?? whole
    if (word === 'userHome') return home
    if (word === 'pathSeparator' || word === '/') return isWindows ? '\\' : '/'
    if (project === null) return whole
    if (word === 'workspaceFolder') return project
    return word === 'workspaceFolderBasename' ? (project.split(/[\\/]/).findLast((part) => part !== '') ?? whole) : whole
  })

/**
 * Cursor. Its global entries are started on Windows even for a window that works in WSL (zereight/gitlab-mcp#560,
 * cursor/cursor#3005). It tells Streamable HTTP and SSE apart by itself; `type` is written only for SSE, so that
 * reading the entry gives back what was meant.
 */
export const cursor = defineClient({
  id: 'cursor',
  label: 'Cursor',
  always: [],
  environments: ['windows', 'wsl', 'linux', 'macos'],
  file: (environment) => joinPath(environment, environment.home, '.cursor', 'mcp.json'),
  projectFile: '.cursor/mcp.json',
  container: ['mcpServers'],
  format: 'jsonc',
  rejectsBom: false,
  remotes: true,
  remoteEntry: ({ url, transport, headers }) => ({
    ...(transport === 'sse' ? { type: 'sse' } : {}),
    url,
    ...(Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }),
  }),
  reference: (name) => `\${env:${name}}`,
  fill: cursorFill,
  projectWords: { home: '${userHome}', project: '${workspaceFolder}' },
  nameFits: (name) => name.trim() !== '',
  processes: ['Cursor.exe', 'Cursor', 'cursor'],
  restart: 'in Cursor: Settings, MCP, switch the server off and on, or restart Cursor',
})
