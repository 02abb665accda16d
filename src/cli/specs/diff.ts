import type { CommandSpec } from '../../context.ts'

export const diff: CommandSpec = {
  name: 'diff',
  arguments: [{ name: '[server]', description: 'only this server', offers: 'server' }],
  summary: 'compare every config with what sync would write, field by field; keys are dots',
  examples: ['mcp-twin diff', 'mcp-twin diff tavily', 'mcp-twin diff --client claude-desktop', 'mcp-twin diff --json'],
  load: () => import('../../commands/diff.ts'),
}
