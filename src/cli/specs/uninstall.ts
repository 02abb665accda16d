import type { CommandSpec } from '../../model/command-line.ts'

export const uninstall = {
  name: 'uninstall',
  summary: 'remove mcp-twin from both sides and restore every config',
  options: [
    { flags: '--all', description: 'everything, even where a project has its own manifest' },
    { flags: '--purge', description: 'also delete manifest, keys, backups and the store of the bridge, for good' },
    { flags: '--dry-run', description: 'show what would stand in every file, change nothing' },
  ],
  examples: ['mcp-twin uninstall --dry-run', 'mcp-twin uninstall', 'mcp-twin uninstall --yes', 'mcp-twin uninstall --purge'],
} as const satisfies CommandSpec
