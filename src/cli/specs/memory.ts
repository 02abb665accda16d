import { type CommandSpec, DRY_RUN, type OptionSpec, type VerbSpec, type WordSpec } from '../../model/command-line.ts'

const key = { name: '<key>', description: 'a key' } as const satisfies WordSpec
const namespace = { flags: '--namespace <name>', description: 'only there; without it this project, or wherever the key is' } as const
const ifVersion = { flags: '--if-version <n>', description: 'only while it has this version; 0: only if new', least: 0 } as const
const limit = { flags: '--limit <n>', description: 'at most so many', least: 1 } as const
const format = {
  flags: '--format <name>',
  description: 'twin (everything) or reference (the reference memory server)',
  choices: ['twin', 'reference'],
} as const satisfies OptionSpec

const verbs = [
  {
    name: 'get',
    arguments: [key],
    summary: 'print a value',
    options: [namespace, { flags: '--at <n>', description: 'this version of it', least: 1 }],
    examples: ['mcp-twin memory get auth', 'mcp-twin memory get auth --at 2'],
  },
  {
    name: 'set',
    arguments: [key, { name: '<value>', description: 'a value: JSON, else text; - reads standard input' }],
    summary: 'remember a value',
    options: [
      namespace,
      { flags: '--rationale <text>', description: 'why' },
      { flags: '--tag <tag>', description: 'a tag (repeatable)', many: 'values' },
      { flags: '--ttl <time>', description: 'forget it after 24h, 30m, 90s; a bare number is seconds' },
      ifVersion,
      { flags: '--text', description: 'the value is text, even if it looks like JSON' },
      DRY_RUN,
    ],
    examples: [`mcp-twin memory set auth '{"method":"JWT"}' --rationale "no session store"`, 'mcp-twin memory set port 4000 --tag server'],
    excess: { hint: "put the value in quotes: mcp-twin memory set KEY '…'" },
  },
  {
    name: 'list',
    summary: 'list keys',
    options: [
      namespace,
      { flags: '--prefix <text>', description: 'only keys that begin so' },
      { flags: '--tag <tag>', description: 'only entries with this tag (repeatable: with all of them)', many: 'values' },
      { flags: '--newest', description: 'newest first' },
      { flags: '--values', description: 'the beginning of each value too' },
      { flags: '--cursor <text>', description: 'go on where a list with --limit ended' },
      limit,
    ],
    examples: ['mcp-twin memory list', 'mcp-twin memory list --newest --values', 'mcp-twin memory list --prefix api/ --tag server'],
  },
  {
    name: 'search',
    arguments: [{ name: '<words...>', description: 'what to look for' }],
    summary: 'search keys, values, rationales and tags',
    options: [namespace, limit],
    examples: ['mcp-twin memory search which login did we choose'],
  },
  {
    name: 'history',
    arguments: [key],
    summary: 'list the versions of a key',
    options: [namespace],
    examples: ['mcp-twin memory history auth'],
  },
  {
    name: 'delete',
    arguments: [key],
    summary: 'forget a key',
    options: [namespace, ifVersion, { flags: '--history', description: 'forget its older versions too' }, DRY_RUN],
    examples: ['mcp-twin memory delete auth', 'mcp-twin memory delete auth --history'],
  },
  {
    name: 'export',
    arguments: [{ name: '[file]', description: 'a new file; without it, or with -, standard output', offers: 'file' }],
    summary: 'write what is remembered to a file',
    options: [namespace, format, { flags: '--force', description: 'replace the file' }],
    examples: ['mcp-twin memory export memory.jsonl', 'mcp-twin memory export --format reference > memory.jsonl'],
  },
  {
    name: 'import',
    arguments: [
      { name: '<file>', description: 'a file that memory export or the reference server wrote; - reads standard input', offers: 'file' },
    ],
    summary: 'store what such a file holds',
    options: [
      namespace,
      format,
      { flags: '--force', description: 'entries that differ become the newest versions' },
      { flags: '--dry-run', description: 'say what it would store, change nothing' },
    ],
    examples: ['mcp-twin memory import ~/memory.jsonl', 'mcp-twin memory import ~/memory.jsonl --dry-run'],
  },
] as const satisfies readonly VerbSpec[]

export const memory = {
  name: 'memory',
  summary: 'read and change what programs remember',
  verbs,
  examples: verbs.map(({ examples: [first] }) => first),
} as const satisfies CommandSpec
