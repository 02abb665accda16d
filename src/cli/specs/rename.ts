import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const rename = {
  name: 'rename',
  arguments: [
    { name: '<old>', description: 'the current name of a server', offers: 'server' },
    { name: '<new>', description: 'the new name' },
  ],
  summary: 'give a server another name, everywhere',
  options: [{ flags: '--no-sync', description: 'change the manifest only' }, DRY_RUN],
  examples: ['mcp-twin rename tavily search'],
} as const satisfies CommandSpec
