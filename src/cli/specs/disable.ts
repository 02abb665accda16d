import type { CommandSpec } from '../../context.ts'

export const disable: CommandSpec = {
  name: 'disable',
  arguments: [{ name: '<name...>', description: 'names of servers', offers: 'server' }],
  summary: 'remove a server from every config, but keep it in the manifest',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }],
  examples: ['mcp-twin disable tavily', 'mcp-twin disable tavily --on windows'],
  load: () => import('../../commands/disable.ts'),
}
