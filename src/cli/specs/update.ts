import type { CommandSpec } from '../../context.ts'

export const update: CommandSpec = {
  name: 'update',
  arguments: [{ name: '[server]', description: 'only the packages of this server' }],
  summary: 'move packages to newer versions, on both sides or on none, once they answer',
  options: [{ flags: '--latest', description: 'also beyond the range that the manifest names, and change it there' }],
  examples: ['mcp-twin outdated', 'mcp-twin update', 'mcp-twin update tavily', 'mcp-twin update --latest', 'mcp-twin undo'],
  load: () => import('../../commands/update.ts'),
}
