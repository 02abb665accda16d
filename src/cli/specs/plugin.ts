import type { CommandSpec } from '../../model/command-line.ts'

export const plugin = {
  name: 'plugin',
  arguments: [
    { name: '<action>', description: 'new, list, allow or revoke', offers: ['new', 'list', 'allow', 'revoke'] },
    { name: '[file]', description: "a file in the bridge's plugins folder; for new, the name of the plugin", offers: 'plugin' },
  ],
  summary: 'give every program tools of your own',
  options: [{ flags: '--sample <name>', description: 'new: begin with this sample', choices: ['file-operations'] }],
  examples: [
    'mcp-twin plugin new word-count',
    'mcp-twin plugin new files --sample file-operations',
    'mcp-twin plugin allow word-count.js',
    'mcp-twin plugin list',
    'mcp-twin plugin revoke word-count.js',
  ],
} as const satisfies CommandSpec
