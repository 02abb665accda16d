import { joinPath } from '../../core/paths.ts'
import { defineClient } from '../../model/client.ts'
import { claudeCodeNameFits, claudeCodeReference, claudeCodeRemote } from './claude-code.ts'

/**
 * `~/.config/claude/claude_code_config.json`, the file many guides name. Today's Claude Code does not read it
 * (its program names the file nowhere), so it is kept equal to `claude-code` and says so.
 */
export const claudeCodeConfig = defineClient({
  id: 'claude-code-config',
  label: 'Claude Code, old file',
  always: ['wsl', 'linux'],
  environments: ['wsl', 'linux'],
  file: (environment) => joinPath(environment, environment.home, '.config', 'claude', 'claude_code_config.json'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  remotes: true,
  remoteEntry: claudeCodeRemote,
  reference: claudeCodeReference,
  nameFits: claudeCodeNameFits,
  restart: '',
})
