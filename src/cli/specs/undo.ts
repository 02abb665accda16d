import type { CommandSpec } from '../../context.ts'

export const undo: CommandSpec = {
  name: 'undo',
  arguments: [{ name: '[run]', description: 'which run; default: the newest that changed something' }],
  summary: 'take back what a run changed, byte for byte where nobody wrote since',
  options: [
    { flags: '--list', description: 'show the runs that can be undone' },
    { flags: '--force', description: 'take back entries that were edited since, too' },
  ],
  examples: ['mcp-twin undo', 'mcp-twin undo --list', 'mcp-twin undo 20261121-083412-7f3a'],
  load: () => import('../../commands/undo.ts'),
}
