import type { CommandSpec } from '../../model/command-line.ts'

export const importSetup = {
  name: 'import',
  arguments: [{ name: '<dir>', description: 'the folder that mcp-twin export wrote', offers: 'file' }],
  summary: 'set up this computer as an export says, again and again',
  options: [
    { flags: '--trust', description: 'the servers it shows may start; --yes does not answer this' },
    {
      flags: '--with <parts>',
      description: 'also take secrets.command, bridge, allowScripts or memory from the export (repeatable, or comma-separated)',
      many: 'words',
      offers: ['secrets.command', 'bridge', 'allowScripts', 'memory'],
    },
    {
      flags: '--theirs <names>',
      description: 'where both sides changed, take what the export says: servers or settings, by name (repeatable, or comma-separated)',
      many: 'words',
    },
    { flags: '--secrets <file>', description: 'read keys from a file of NAME=value lines; - reads standard input', offers: 'file' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the servers whose entry changed' },
    { flags: '--dry-run', description: 'show what it would bring and write, change nothing' },
  ],
  examples: [
    'mcp-twin import ./mcp-setup',
    'mcp-twin import ./mcp-setup --dry-run',
    'mcp-twin import ./mcp-setup --trust --secrets keys.env',
    'mcp-twin import ./mcp-setup --trust --with bridge,allowScripts',
    'mcp-twin import ./mcp-setup --theirs search',
  ],
} as const satisfies CommandSpec
