import type { CommandSpec } from '../../context.ts'

export const enable: CommandSpec = {
  name: 'enable',
  arguments: [{ name: '<name...>', description: 'names of servers' }],
  summary: 'enable a server again',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }],
  examples: ['mcp-twin enable tavily', 'mcp-twin enable tavily --on windows'],
  load: () => import('../../commands/enable.ts'),
}
