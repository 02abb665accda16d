import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const enable = {
  name: 'enable',
  arguments: [{ name: '<name...>', description: 'the names of servers', offers: 'server' }],
  summary: 'bring servers back, or to a program that lacks them',
  options: [
    { flags: '--everywhere', description: 'on every side and in every client: takes "only", "except" and "disabled" away' },
    { flags: '--no-sync', description: 'change the manifest only' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the servers whose entry changed' },
    DRY_RUN,
  ],
  examples: [
    'mcp-twin enable tavily',
    'mcp-twin enable tavily --on windows',
    'mcp-twin enable tavily --client cursor --on windows',
    'mcp-twin enable tavily github --everywhere',
  ],
} as const satisfies CommandSpec
