import { actionStatuses } from '../../model/bridge-words.ts'
import { type CommandSpec, DRY_RUN, type VerbSpec, type WordSpec } from '../../model/command-line.ts'

const id = { name: '<id>', description: 'the id of an action' } as const satisfies WordSpec
const type = {
  name: '<type>',
  description: 'the type of an action; the token is MCP_TWIN_TOKEN, or read from standard input',
} as const satisfies WordSpec
const missing = 'mcp-twin actions list shows their ids'

const signed = [
  { flags: '--param <name=value>', description: 'a parameter of the action, as text (repeatable)', many: 'values' },
  { flags: '--params <json>', description: 'the parameters as a JSON object' },
  { flags: '--to <client>', description: 'for this client; without it for any', offers: 'client' },
  { flags: '--id <id>', description: 'the id of the action; without it one is made' },
] as const

const verbs = [
  {
    name: 'list',
    summary: 'list actions, the newest first',
    options: [
      { flags: '--status <status>', description: 'only these', choices: actionStatuses },
      { flags: '--limit <n>', description: 'how many (50)', least: 1 },
    ],
    examples: ['mcp-twin actions list --status needs_user'],
  },
  {
    name: 'show',
    arguments: [id],
    missing,
    summary: 'show one: what it would do, or what came of it',
    examples: ['mcp-twin actions show a-1a2b3c4d5e6f'],
  },
  {
    name: 'run',
    arguments: [id],
    missing,
    summary: 'approve one that needs you: shows it, asks, carries it out',
    options: [DRY_RUN],
    examples: ['mcp-twin actions run a-1a2b3c4d5e6f'],
  },
  {
    name: 'cancel',
    arguments: [id],
    missing,
    summary: 'cancel one that has not begun',
    options: [DRY_RUN],
    examples: ['mcp-twin actions cancel a-1a2b3c4d5e6f'],
  },
  {
    name: 'drop',
    arguments: [type],
    options: [...signed, DRY_RUN],
    summary: 'ask for one by a signed file, with a token',
    examples: [`mcp-twin actions drop execute_from_code --param 'prompt=Run the tests'`],
  },
  {
    name: 'sign',
    arguments: [type],
    options: signed,
    summary: 'print that file instead',
    examples: ['mcp-twin actions sign analyze_file --param file_path=notes.md'],
  },
] as const satisfies readonly VerbSpec[]

export const actions = {
  name: 'actions',
  summary: 'approve or cancel what programs ask of each other',
  verbs,
  examples: verbs.flatMap(({ name, examples }) => (name === 'cancel' ? [] : examples)),
} as const satisfies CommandSpec
