import type { CommandSpec } from '../../context.ts'

export const logs: CommandSpec = {
  name: 'logs',
  arguments: [{ name: '[server]', description: 'only what is about this server' }],
  summary: 'what Claude Desktop, Claude Code and mcp-twin wrote about servers, keys as dots',
  options: [
    { flags: '--follow', description: 'go on and show every new line; Ctrl-C ends it' },
    { flags: '--lines <number>', description: 'how many of the last lines of each log; default 20, without a server 5' },
  ],
  examples: ['mcp-twin logs', 'mcp-twin logs tavily', 'mcp-twin logs tavily --follow', 'mcp-twin logs --follow --json'],
  load: () => import('../../commands/logs.ts'),
}
