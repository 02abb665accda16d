import type { CommandSpec } from '../../model/command-line.ts'

export const roots = {
  name: 'roots',
  arguments: [
    { name: '[action]', description: 'list (default), add or remove', offers: ['list', 'add', 'remove'] },
    { name: '[folder]', description: 'a folder, as either side spells it' },
  ],
  summary: 'choose the folders that programs may use',
  options: [{ flags: '--read-only', description: 'add: open it to reading only' }],
  examples: ['mcp-twin roots', 'mcp-twin roots add ~/site', 'mcp-twin roots add ~/notes --read-only', 'mcp-twin roots remove ~/site'],
} as const satisfies CommandSpec
