import type { CommandSpec } from '../../model/command-line.ts'

export const diff = {
  name: 'diff',
  arguments: [{ name: '[server]', description: 'only this server', offers: 'server' }],
  summary: 'see field by field what sync would change; keys are dots',
  examples: ['mcp-twin diff', 'mcp-twin diff tavily', 'mcp-twin diff --client claude-desktop', 'mcp-twin diff --json'],
} as const satisfies CommandSpec
