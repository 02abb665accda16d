import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const disable = {
  name: 'disable',
  arguments: [{ name: '<name...>', description: 'the names of servers', offers: 'server' }],
  summary: 'take a server out of every config, and keep it for later',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }, DRY_RUN],
  examples: ['mcp-twin disable tavily', 'mcp-twin disable tavily --on windows'],
} as const satisfies CommandSpec
