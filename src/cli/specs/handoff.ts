import type { CommandSpec } from '../../model/command-line.ts'

export const handoff = {
  name: 'handoff',
  arguments: [
    { name: '<action>', description: 'new, list or show', offers: ['new', 'list', 'show'] },
    { name: '[word]', description: 'of new, the title (- reads the whole handoff as JSON from standard input); of show, the id' },
  ],
  summary: 'hand work to another program, list handoffs, show one',
  options: [
    { flags: '--goal <text>', description: 'new: what shall be reached' },
    { flags: '--to <client>', description: 'new, list: for this client; without it for any', offers: 'client' },
    { flags: '--section <text>', description: "new: 'HEADING: TEXT', or '1 HEADING: TEXT' with a priority (repeatable)", many: 'values' },
    { flags: '--file <path>', description: 'new: a file that it is about (repeatable)', many: 'values' },
    { flags: '--repository <dir>', description: 'new: add the branch and the diff of this git repository' },
    { flags: '--acceptance <text>', description: 'new: when it is done' },
    { flags: '--status <status>', description: 'list: only these', choices: ['open', 'claimed', 'done', 'dropped'] },
  ],
  examples: [
    `mcp-twin handoff new 'Login form' --goal 'Users can log in' --to claude-code`,
    `mcp-twin handoff new Login --goal 'Log in' --section '1 Design: one form'`,
    'mcp-twin handoff list --status open',
    'mcp-twin handoff show h-1a2b3c4d',
  ],
} as const satisfies CommandSpec
