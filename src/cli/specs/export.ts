import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const exportSetup = {
  name: 'export',
  arguments: [{ name: '<dir>', description: 'the folder to write into', offers: 'file' }],
  summary: 'write the set-up into a folder for git, without keys',
  options: [{ flags: '--with-memory', description: 'also what programs remember, in a file that only you may read' }, DRY_RUN],
  examples: ['mcp-twin export ./mcp-setup', 'mcp-twin export ./mcp-setup --with-memory'],
} as const satisfies CommandSpec
