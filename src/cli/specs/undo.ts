import type { CommandSpec, VerbSpec } from '../../model/command-line.ts'

const verbs = [
  { name: 'list', synonym: '--list', summary: 'list the runs that can be undone', examples: ['mcp-twin undo list'] },
] as const satisfies readonly VerbSpec[]

export const undo = {
  name: 'undo',
  arguments: [{ name: '[run]', description: 'the run to undo; default: the newest that changed something', offers: 'run' }],
  summary: 'restore what a run changed, byte for byte',
  verbs,
  options: [
    { flags: '--force', description: 'also undo entries that were edited since' },
    { flags: '--dry-run', description: 'show what would be undone, change nothing' },
  ],
  examples: ['mcp-twin undo', 'mcp-twin undo --dry-run', 'mcp-twin undo list', 'mcp-twin undo 20261121-083412-7f3a'],
} as const satisfies CommandSpec
