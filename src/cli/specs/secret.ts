import type { CommandSpec } from '../../model/command-line.ts'

export const secret = {
  name: 'secret',
  arguments: [
    { name: '<action>', description: 'set, list, remove or merge', offers: ['set', 'list', 'remove', 'merge'] },
    { name: '[name]', description: 'name of the key; of merge, the one that goes', offers: 'key' },
    {
      name: '[into]',
      description: 'of merge, the key that stays; a value is never given here, where other programs can read it',
      offers: 'key',
    },
  ],
  summary: 'store, list, remove and merge API keys',
  examples: [
    'mcp-twin secret set TAVILY_API_KEY',
    'pass show tavily | mcp-twin secret set TAVILY_API_KEY',
    'mcp-twin secret list',
    'mcp-twin secret remove TAVILY_API_KEY',
    'mcp-twin secret merge TAVILY_API_KEY_2 TAVILY_API_KEY',
  ],
} as const satisfies CommandSpec
