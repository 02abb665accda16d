import type { NativePath } from '../../../model/path.ts'
import type { LogPlace } from '../../../model/log-place.ts'
import type { Environment } from '../../../model/environment.ts'
import { folderNames } from '../../../core/logs/places.ts'
import { joinPath, localFolder } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import { claudeCodeNameFits, claudeCodeReferences, claudeCodeSpelling } from './entry.ts'

/**
 * Claude Code's logs: one folder a project, one a server in it, one file a session. Never cleaned up by it, so a file may
 * be of any size (anthropics/claude-code#69427).
 */
function claudeCodeLogs(environment: Environment, cache: NativePath | undefined): LogPlace[] {
  const place = (base: NativePath, ...folders: readonly string[]): LogPlace => ({
    base,
    folders: [...folderNames(...folders), /^.+$/, /^mcp-logs-(.+)$/],
    file: /\.(?:jsonl|txt|log)$/i,
    newestOnly: true,
  })
  const { home } = environment
  if (environment.kind === 'macos') return [place(home, 'Library', 'Caches', 'claude-cli-nodejs')]
  if (environment.kind === 'windows') return [place(localFolder(environment), 'claude-cli-nodejs', 'Cache')]
  return [cache === undefined ? place(home, '.cache', 'claude-cli-nodejs') : place(cache, 'claude-cli-nodejs')]
}

const folder = (environment: Environment): NativePath => environment.claudeConfigDir ?? joinPath(environment, environment.home, '.claude')

/** Settings of the user: hooks, the model. */
const settingsFile = (environment: Environment): NativePath => joinPath(environment, folder(environment), 'settings.json')

/**
 * Claude Code, user scope. On Windows only when it is named: Claude Desktop's Code tab merges that file with
 * Desktop's own and would show each server twice (anthropics/claude-code#64464).
 */
export const claudeCode = defineClient({
  id: 'claude-code',
  label: 'Claude Code',
  short: 'code',
  always: ['wsl', 'linux', 'macos'],
  environments: ['wsl', 'linux', 'macos', 'windows'],
  onlyNamed: ['windows'],
  file: (environment) => joinPath(environment, environment.claudeConfigDir ?? environment.home, '.claude.json'),
  folder,
  project: { path: '.mcp.json', words: { home: '${HOME}', project: '.' }, refusesLink: true },
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: claudeCodeSpelling,
  references: claudeCodeReferences,
  nameFits: claudeCodeNameFits,
  ownLock: 'proper-lockfile',
  processes: ['claude', 'claude.exe'],
  restart: 'start a new Claude Code session (in a running one: /mcp, then Reconnect)',
  starting: { adds: (project) => ({ CLAUDE_PROJECT_DIR: project, CLAUDECODE: '1' }) },
  logs: claudeCodeLogs,
  closed: ['.claude/settings*.json'],
  hookFile: settingsFile,
  // Sent by 2.1.329, in `initialize` and in the `_meta` of 2026-07-28.
  showsDataAs: 'claude-code',
  // code.claude.com/docs, deep links, since 2.1.91: the text is put into the input and never sent by itself.
  links: { on: ['wsl', 'linux', 'macos', 'windows'], fresh: (line) => `claude-cli://open?q=${encodeURIComponent(line)}` },
  // code.claude.com/docs, settings: `model` overrides the default model.
  model: { file: settingsFile, path: ['model'], takesEffect: 'for sessions that start from now on; in a running one, type /model' },
  scopes: async () => (await import('./scopes.ts')).readScopes,
})
