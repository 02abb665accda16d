import type { CommandSpec } from '../../model/command-line.ts'

export const schema = {
  name: 'schema',
  summary: 'print the JSON Schema of mcp-twin.json',
  examples: ['mcp-twin schema > mcp-twin.schema.json'],
} as const satisfies CommandSpec
