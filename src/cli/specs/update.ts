import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const update = {
  name: 'update',
  arguments: [{ name: '[server]', description: 'only the packages of this server', offers: 'server' }],
  summary: 'update packages on both sides, once they answer',
  options: [
    { flags: '--latest', description: 'also beyond the range in the manifest, and change it there' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the new versions before they are written' },
    DRY_RUN,
  ],
  examples: ['mcp-twin outdated', 'mcp-twin update', 'mcp-twin update tavily', 'mcp-twin update --latest', 'mcp-twin undo'],
} as const satisfies CommandSpec
