import type { CommandSpec } from '../../context.ts'

export const outdated: CommandSpec = {
  name: 'outdated',
  summary: 'show which packages have newer versions; changes nothing',
  examples: ['mcp-twin outdated', 'mcp-twin outdated --json'],
  load: () => import('../../commands/outdated.ts'),
}
