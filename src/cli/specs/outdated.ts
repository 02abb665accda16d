import type { CommandSpec } from '../../model/command-line.ts'

export const outdated = {
  name: 'outdated',
  summary: 'show which packages have newer versions; changes nothing',
  examples: ['mcp-twin outdated', 'mcp-twin outdated --json'],
} as const satisfies CommandSpec
