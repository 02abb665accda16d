import type { CommandSpec } from '../../context.ts'

export const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'remove mcp-twin from both sides and restore every config',
  options: [{ flags: '--purge', description: 'also delete manifest, keys, backups and the store of the bridge, for good' }],
  examples: ['mcp-twin uninstall', 'mcp-twin uninstall --yes', 'mcp-twin uninstall --purge'],
  load: () => import('../../commands/uninstall.ts'),
}
