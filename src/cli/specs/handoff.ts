import { handoffStatuses } from '../../model/bridge-words.ts'
import { type CommandSpec, DRY_RUN, type VerbSpec } from '../../model/command-line.ts'

const verbs = [
  {
    name: 'new',
    arguments: [{ name: '<title>', description: 'a title; - reads the whole handoff as JSON from standard input' }],
    summary: 'hand work to another program',
    options: [
      { flags: '--goal <text>', description: 'what shall be reached' },
      { flags: '--to <client>', description: 'for this client; without it for any', offers: 'client' },
      { flags: '--section <text>', description: "'HEADING: TEXT', or '1 HEADING: TEXT' with a priority (repeatable)", many: 'values' },
      { flags: '--file <path>', description: 'a file that it is about (repeatable)', many: 'values', offers: 'file' },
      { flags: '--repository <dir>', description: 'add the branch and the diff of this git repository', offers: 'file' },
      { flags: '--acceptance <text>', description: 'when it is done' },
      DRY_RUN,
    ],
    examples: [
      `mcp-twin handoff new 'Login form' --goal 'Users can log in' --to claude-code`,
      `mcp-twin handoff new Login --goal 'Log in' --section '1 Design: one form'`,
    ],
    excess: { hint: 'put the title in quotes' },
  },
  {
    name: 'list',
    summary: 'list handoffs',
    options: [
      { flags: '--status <status>', description: 'only these', choices: handoffStatuses },
      { flags: '--to <client>', description: 'only those for this client', offers: 'client' },
    ],
    examples: ['mcp-twin handoff list --status open'],
  },
  {
    name: 'show',
    arguments: [{ name: '<id>', description: 'the id of a handoff or a question' }],
    summary: 'show one',
    examples: ['mcp-twin handoff show h-1a2b3c4d'],
    missing: 'mcp-twin handoff list shows their ids',
  },
  {
    name: 'answer',
    arguments: [
      { name: '<id>', description: 'the id of a question' },
      { name: '<text>', description: 'the answer; - reads standard input' },
    ],
    summary: 'answer a question',
    options: [DRY_RUN],
    examples: [`mcp-twin handoff answer q-1a2b3c4d 'JWT, as in the shop'`],
    excess: { hint: "put the answer in quotes: mcp-twin handoff answer ID '…'" },
    missing: 'mcp-twin inbox shows the questions that wait',
  },
] as const satisfies readonly VerbSpec[]

export const handoff = {
  name: 'handoff',
  summary: 'hand work to another program, and read what was handed on',
  verbs,
  examples: verbs.flatMap(({ examples }) => examples),
} as const satisfies CommandSpec
