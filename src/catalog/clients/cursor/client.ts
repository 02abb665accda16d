import { unlessEmpty } from '../../../core/object.ts'
import { joinPath } from '../../../core/paths.ts'
import { defineClient, type References } from '../../../model/client.ts'

/** The words that Cursor fills in an entry (cursor.com/docs, "Model Context Protocol", config interpolation). */
const references: References = {
  write: (name) => `\${env:${name}}`,
  fill: (text, { variable, home, project, isWindows }) =>
    text.replace(/\$\{(env:[^{}]+|[A-Za-z]+|\/)\}/g, (whole, word: string) => {
      if (word.startsWith('env:')) return variable(word.slice(4)) ?? whole
      if (word === 'userHome') return home
      if (word === 'pathSeparator' || word === '/') return isWindows ? '\\' : '/'
      if (project === null) return whole
      if (word === 'workspaceFolder') return project
      return word === 'workspaceFolderBasename' ? (project.split(/[\\/]/).findLast((part) => part !== '') ?? whole) : whole
    }),
  pattern: /\$\{env:([A-Za-z_]\w*)\}/g,
  unset: 'kept',
}

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
  project: { path: '.cursor/mcp.json', words: { home: '${userHome}', project: '${workspaceFolder}' } },
  container: ['mcpServers'],
  format: 'jsonc',
  rejectsBom: false,
  spelling: {
    remote: ({ url, transport, headers }) => ({
      ...(transport === 'sse' ? { type: 'sse' } : {}),
      url,
      ...unlessEmpty('headers', headers),
    }),
    triesBoth: true,
  },
  references,
  nameFits: (name) => name.trim() !== '',
  processes: ['Cursor.exe', 'Cursor', 'cursor'],
  restart: 'in Cursor: Settings, MCP, switch the server off and on, or restart Cursor',
  closed: ['hooks.json', 'hooks', 'cli.json', 'environment.json', 'sandbox.json', 'worktrees.json'].map((name) => `.cursor/${name}`),
})
