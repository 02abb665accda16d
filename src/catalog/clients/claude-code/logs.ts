import { folderNames } from '../../../core/logs/places.ts'
import { localFolder } from '../../../core/paths.ts'
import type { Environment } from '../../../model/environment.ts'
import type { LogPlace } from '../../../model/log-place.ts'
import type { NativePath } from '../../../model/path.ts'

/**
 * Claude Code's logs: one folder a project, one a server in it, one file a session. Never cleaned up by it, so a file may
 * be of any size (anthropics/claude-code#69427).
 */
export function claudeCodeLogs(environment: Environment, cache: NativePath | undefined): LogPlace[] {
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
