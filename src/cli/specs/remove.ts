import type { CommandSpec } from '../../context.ts'

export const remove: CommandSpec = {
  name: 'remove',
  arguments: [{ name: '<name...>', description: 'names of servers', offers: 'server' }],
  summary: 'remove a server from the manifest and every config',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }],
  examples: ['mcp-twin remove tavily', 'mcp-twin remove tavily --client cursor', 'mcp-twin remove tavily --no-sync'],
  load: () => import('../../commands/remove.ts'),
}
