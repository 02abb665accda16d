import type { CommandSpec } from '../../model/command-line.ts'

export const outdated = {
  name: 'outdated',
  summary: 'see which packages have newer versions',
  examples: ['mcp-twin outdated', 'mcp-twin outdated --json'],
} as const satisfies CommandSpec
