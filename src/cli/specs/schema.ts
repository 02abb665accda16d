import type { CommandSpec } from '../../context.ts'

export const schema: CommandSpec = {
  name: 'schema',
  summary: 'print the JSON Schema of mcp-twin.json',
  examples: ['mcp-twin schema > mcp-twin.schema.json'],
  load: () => import('../../commands/schema.ts'),
}
