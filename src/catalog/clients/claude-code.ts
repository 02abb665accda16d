import { joinPath } from '../../core/paths.ts'
import { type ClientDefinition, defineClient } from '../../model/client.ts'
import type { JsonObject, Remote } from '../../model/entry.ts'

/** Names that Claude Code keeps for itself (anthropics/claude-code:CHANGELOG.md, 2.1.205). */
const RESERVED = ['workspace', 'claude browser', 'claude preview']

/** Its command line takes letters, digits, `-` and `_` in a server's name, and nothing else. */
export const claudeCodeNameFits = (name: string): boolean => /^[A-Za-z0-9_-]+$/.test(name) && !RESERVED.includes(name.toLowerCase())

/** A `url` without `type` is skipped, so `type` is always there. */
export const claudeCodeRemote = ({ url, transport, headers }: Remote): JsonObject => ({
  type: transport,
  url,
  ...(Object.keys(headers).length === 0 ? {} : { headers: { ...headers } }),
})

/** `${NAME}` in command, args, env, url and headers; an unset one reaches the server as it is written. */
export const claudeCodeReference = (name: string): string => `\${${name}}`

/**
 * `${NAME}` and `${NAME:-otherwise}`, in every text of an entry; what is not set stays as it is written (seen with Claude Code
 * 2.1.329).
 */
const claudeCodeFill: NonNullable<ClientDefinition['fill']> = (text, { variable, project }) =>
  text.replace(/\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g, (whole, name: string, otherwise: string | undefined) => {
    const own = name === 'CLAUDE_PROJECT_DIR' ? (project ?? undefined) : undefined
    return variable(name) ?? otherwise ?? own ?? whole
  })

/**
 * Claude Code, user scope. On Windows only when it is named: Claude Desktop's Code tab merges that file with
 * Desktop's own and would show each server twice (anthropics/claude-code#64464).
 */
export const claudeCode = defineClient({
  id: 'claude-code',
  label: 'Claude Code',
  always: ['wsl', 'linux', 'macos'],
  environments: ['wsl', 'linux', 'macos', 'windows'],
  onlyNamed: ['windows'],
  file: (environment) => joinPath(environment, environment.claudeConfigDir ?? environment.home, '.claude.json'),
  folder: (environment) => environment.claudeConfigDir ?? joinPath(environment, environment.home, '.claude'),
  projectFile: '.mcp.json',
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  remotes: true,
  remoteEntry: claudeCodeRemote,
  reference: claudeCodeReference,
  fill: claudeCodeFill,
  projectWords: { home: '${HOME}', project: '.' },
  nameFits: claudeCodeNameFits,
  ownLock: 'proper-lockfile',
  processes: ['claude', 'claude.exe'],
  refusesProjectLink: true,
  restart: 'start a new Claude Code session (in a running one: /mcp, then Reconnect)',
})
