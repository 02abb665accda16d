import { type CommandSpec, DRY_RUN, type VerbSpec, type WordSpec } from '../../model/command-line.ts'

const file = { name: '<file>', description: "a file in the bridge's plugins folder", offers: 'plugin' } as const satisfies WordSpec
const missing = 'mcp-twin plugin list shows the files'

const verbs = [
  {
    name: 'new',
    arguments: [{ name: '<name>', description: 'a name for the plugin' }],
    summary: 'write a plugin that works, and its test',
    options: [{ flags: '--sample <name>', description: 'begin with this sample', choices: ['file-operations'] }, DRY_RUN],
    examples: ['mcp-twin plugin new word-count', 'mcp-twin plugin new files --sample file-operations'],
  },
  { name: 'list', summary: 'list plugins and their tools', examples: ['mcp-twin plugin list'] },
  {
    name: 'allow',
    arguments: [file],
    missing,
    options: [DRY_RUN],
    summary: 'let bridges offer its tools, until the file changes',
    examples: ['mcp-twin plugin allow word-count.js'],
  },
  {
    name: 'revoke',
    arguments: [file],
    missing,
    options: [DRY_RUN],
    summary: 'no longer offer its tools; the file stays',
    examples: ['mcp-twin plugin revoke word-count.js'],
  },
] as const satisfies readonly VerbSpec[]

export const plugin = {
  name: 'plugin',
  summary: 'give every program tools of your own',
  verbs,
  examples: verbs.flatMap(({ examples }) => examples),
} as const satisfies CommandSpec
