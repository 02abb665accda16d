import type { CommandSpec } from '../../context.ts'

export const uninstall: CommandSpec = {
  name: 'uninstall',
  summary: 'take everything of mcp-twin off both sides, every config as it was before',
  options: [{ flags: '--purge', description: 'manifest, keys, backups and the store of the bridge go too, for good' }],
  examples: ['mcp-twin uninstall', 'mcp-twin uninstall --yes', 'mcp-twin uninstall --purge'],
  load: () => import('../../commands/uninstall.ts'),
}
