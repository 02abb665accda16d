import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const remove = {
  name: 'remove',
  arguments: [{ name: '<name...>', description: 'the names of servers', offers: 'server' }],
  summary: 'remove a server from the manifest and every config',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }, DRY_RUN],
  examples: ['mcp-twin remove tavily', 'mcp-twin remove tavily --client cursor', 'mcp-twin remove tavily --no-sync'],
} as const satisfies CommandSpec
