import type { CommandSpec } from '../../model/command-line.ts'

export const logs = {
  name: 'logs',
  arguments: [{ name: '[server]', description: 'only what is about this server', offers: 'server' }],
  summary: 'read what programs logged about servers; keys are dots',
  options: [
    { flags: '--follow', description: 'keep running and show every new line; Ctrl-C stops' },
    { flags: '--lines <number>', description: 'number of lines from the end of each log (default: 20; 5 without a server)', least: 0 },
  ],
  examples: ['mcp-twin logs', 'mcp-twin logs tavily', 'mcp-twin logs tavily --follow', 'mcp-twin logs --follow --json'],
} as const satisfies CommandSpec
