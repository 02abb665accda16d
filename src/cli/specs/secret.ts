import type { CommandSpec } from '../../context.ts'

export const secret: CommandSpec = {
  name: 'secret',
  arguments: [
    { name: '<action>', description: 'set, list or remove' },
    { name: '[name]', description: 'name of the key' },
    { name: '[value]', description: 'not allowed here: other programs can read a command line' },
  ],
  summary: 'API keys: store one, list their names, remove one',
  examples: [
    'mcp-twin secret set TAVILY_API_KEY',
    'pass show tavily | mcp-twin secret set TAVILY_API_KEY',
    'mcp-twin secret list',
    'mcp-twin secret remove TAVILY_API_KEY',
  ],
  load: () => import('../../commands/secret.ts'),
}
