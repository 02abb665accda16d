import type { CommandSpec } from '../../context.ts'

export const memory: CommandSpec = {
  name: 'memory',
  arguments: [
    {
      name: '<action>',
      description: 'get, set, list, search, history, delete, export or import',
      offers: ['get', 'set', 'list', 'search', 'history', 'delete', 'export', 'import'],
    },
    { name: '[words...]', description: 'a key and, for set, its value (JSON, else text; - reads standard input); words; a file' },
  ],
  summary: 'read and change what programs remember',
  options: [
    { flags: '--namespace <name>', description: 'only there; without it this project, or wherever the key is' },
    { flags: '--rationale <text>', description: 'set: why' },
    { flags: '--tag <tag>', description: 'set: a tag (repeatable); list: only entries with it', many: 'values' },
    { flags: '--ttl <time>', description: 'set: forget it after 24h, 30m, 90s; a bare number is seconds' },
    { flags: '--if-version <n>', description: 'set, delete: only while it has this version; 0: only if new' },
    { flags: '--text', description: 'set: the value is text, even if it looks like JSON' },
    { flags: '--at <n>', description: 'get: this version' },
    { flags: '--prefix <text>', description: 'list: only keys that begin so' },
    { flags: '--limit <n>', description: 'list, search: at most so many' },
    { flags: '--history', description: 'delete: forget the older versions too' },
    {
      flags: '--format <name>',
      description: 'export, import: twin (everything) or reference (the reference memory server)',
      offers: ['twin', 'reference'],
    },
    { flags: '--force', description: 'export: replace the file; import: entries that differ become the newest versions' },
    { flags: '--dry-run', description: 'import: say what it would store, change nothing' },
  ],
  examples: [
    'mcp-twin memory get auth',
    `mcp-twin memory set auth '{"method":"JWT"}' --rationale "no session store"`,
    'mcp-twin memory search which login did we choose',
    'mcp-twin memory import ~/memory.jsonl',
    'mcp-twin memory export memory.jsonl',
    'mcp-twin memory export --format reference > memory.jsonl',
  ],
  load: () => import('../../commands/memory.ts'),
}
