import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const ignore = {
  name: 'ignore',
  arguments: [{ name: '[name...]', description: 'names of servers that a program has and the manifest has not' }],
  summary: 'leave a server as it is, and say no more of it',
  options: [
    { flags: '--list', description: 'list the servers that are left so' },
    { flags: '--undo', description: 'speak of these servers again' },
    DRY_RUN,
  ],
  examples: ['mcp-twin ignore company-search', 'mcp-twin ignore --list', 'mcp-twin ignore company-search --undo'],
} as const satisfies CommandSpec
