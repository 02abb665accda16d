import { joinPath } from '../../../core/paths.ts'
import { defineClient } from '../../../model/client.ts'
import { claudeCodeNameFits, claudeCodeReferences, claudeCodeSpelling } from '../claude-code/entry.ts'

/**
 * `~/.config/claude/claude_code_config.json`, the file many guides name. Today's Claude Code does not read it
 * (its program names the file nowhere), so it is kept equal to `claude-code` and says so.
 */
export const claudeCodeConfig = defineClient({
  id: 'claude-code-config',
  label: 'Claude Code (old file)',
  always: ['wsl', 'linux'],
  environments: ['wsl', 'linux'],
  file: (environment) => joinPath(environment, environment.home, '.config', 'claude', 'claude_code_config.json'),
  container: ['mcpServers'],
  format: 'json',
  rejectsBom: true,
  spelling: claudeCodeSpelling,
  references: claudeCodeReferences,
  nameFits: claudeCodeNameFits,
  restart: '',
  copyOf: 'claude-code',
})
