import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const sync = {
  name: 'sync',
  arguments: [{ name: '[name...]', description: 'only these servers', offers: 'server' }],
  summary: 'make every config match the manifest again',
  options: [
    { flags: '--check', description: 'write nothing; exit 3 when anything differs' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the servers whose entry changed' },
    DRY_RUN,
    { flags: '--adopt', description: 'add hand edits and unmanaged entries to the manifest' },
    { flags: '--force', description: 'overwrite hand edits' },
    { flags: '--prune', description: 'remove entries that are not managed by mcp-twin (a backup is kept)' },
    { flags: '--refresh', description: 'detect the environments and look up the versions again' },
    { flags: '--watch', description: 'keep running, and sync whenever the manifest or a config changes' },
    { flags: '--wait-for-exit', description: 'wait until Claude Desktop has quit before writing' },
    { flags: '--trust', description: "trust this project's manifest, so that its servers can start" },
    {
      flags: '--desktop-config <path>',
      description: "Claude Desktop's config file, if it is not detected; remembered in the manifest",
      offers: 'file',
    },
  ],
  examples: [
    'mcp-twin sync',
    'mcp-twin sync --check',
    'mcp-twin sync tavily --force',
    'mcp-twin sync --adopt --client claude-desktop',
    'mcp-twin sync --force --on windows',
    'mcp-twin sync --watch',
  ],
} as const satisfies CommandSpec
