import type { CommandSpec } from '../../model/command-line.ts'

export const tryServer = {
  name: 'try',
  arguments: [{ name: '[name...]', description: 'only these servers', offers: 'server' }],
  summary: 'start servers as their programs do, and see what answers',
  examples: ['mcp-twin try', 'mcp-twin try tavily', 'mcp-twin try tavily --on windows', 'mcp-twin try --json'],
} as const satisfies CommandSpec
