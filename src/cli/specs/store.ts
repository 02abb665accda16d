import { type CommandSpec, DRY_RUN, type VerbSpec } from '../../model/command-line.ts'

const verbs = [
  { name: 'show', summary: 'show where it is and what it holds (what store alone does)', examples: ['mcp-twin store show'] },
  {
    name: 'move',
    arguments: [
      {
        name: '[where]',
        description: "a PostgreSQL server, as 'postgres://NAME:${secret:KEY}@HOST/DATABASE', or embedded; without it the manifest's",
      },
    ],
    summary: 'move it to a server, or back to this machine alone',
    options: [
      { flags: '--machine <name>', description: "the name of this machine there; without it the host's" },
      { flags: '--certificate <which>', description: "the server's certificate: sha256: and its digest, or a file", offers: 'file' },
      DRY_RUN,
    ],
    examples: ["mcp-twin store move 'postgres://anna:${secret:STORE}@db.example.org/twin'", 'mcp-twin store move embedded'],
  },
  {
    name: 'link',
    arguments: [
      { name: '<folder>', description: 'a checkout of a project', offers: 'file' },
      { name: '<name>', description: 'its namespace on this machine, such as that of another checkout' },
    ],
    options: [DRY_RUN],
    summary: 'make two checkouts of a project one',
    examples: ['mcp-twin store link ~/site site-4f2a'],
  },
  {
    name: 'upgrade',
    options: [DRY_RUN],
    summary: "bring the server's schema to the one of this program",
    examples: ['mcp-twin store upgrade'],
  },
  {
    name: 'sql',
    summary: "print the SQL for a server's administrator",
    options: [
      { flags: '--person <name>', description: 'a role for another person, instead of the schema' },
      { flags: '--upgrade', description: 'what brings an older schema to the one of this program' },
    ],
    examples: ['mcp-twin store sql', 'mcp-twin store sql --person ben'],
  },
] as const satisfies readonly VerbSpec[]

export const store = {
  name: 'store',
  summary: 'keep memory and handoffs of several machines in one place',
  verbs,
  usual: 'show',
  examples: ['mcp-twin store', ...verbs.flatMap(({ name, examples }) => (name === 'show' ? [] : examples))],
} as const satisfies CommandSpec
