import type { CommandSpec } from '../../context.ts'

export const rename: CommandSpec = {
  name: 'rename',
  arguments: [
    { name: '<old>', description: 'the name it has' },
    { name: '<new>', description: 'the name it gets' },
  ],
  summary: 'give a server another name, everywhere',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }],
  examples: ['mcp-twin rename tavily search'],
  load: () => import('../../commands/rename.ts'),
}
