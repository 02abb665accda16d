import type { CommandSpec } from '../../context.ts'

export const sync: CommandSpec = {
  name: 'sync',
  summary: 'make every config match the manifest again',
  options: [
    { flags: '--check', description: 'write nothing; exit 3 when anything differs' },
    { flags: '--dry-run', description: 'show what would be done, change nothing' },
    { flags: '--adopt', description: 'take hand edits and unmanaged entries into the manifest' },
    { flags: '--force', description: 'put our entries back over hand edits' },
    { flags: '--prune', description: 'remove entries that no manifest knows (a backup is kept)' },
    { flags: '--refresh', description: 'detect the environments and look up the versions anew' },
    { flags: '--watch', description: 'stay, and sync again whenever the manifest or a config changes' },
    { flags: '--wait-for-exit', description: 'write only when Claude Desktop has quit' },
    { flags: '--trust', description: "trust this project's manifest, so that its servers can be started" },
    {
      flags: '--desktop-config <path>',
      description: "Claude Desktop's config file, where it is not found by itself; remembered in the manifest",
    },
  ],
  examples: [
    'mcp-twin sync',
    'mcp-twin sync --check',
    'mcp-twin sync --adopt --client claude-desktop',
    'mcp-twin sync --force --on windows',
    'mcp-twin sync --watch',
  ],
  load: () => import('../../commands/sync.ts'),
}
