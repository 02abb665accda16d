import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const login = {
  name: 'login',
  arguments: [{ name: '<name>', description: 'the name of a server with a "url"', offers: 'remote' }],
  summary: 'log in to a remote server, once for every program',
  options: [
    { flags: '--no-browser', description: 'print the address of the page instead of opening it' },
    { flags: '--timeout <seconds>', description: 'how long to wait for the browser (default: 300)', least: 1 },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the servers whose entry changed' },
    DRY_RUN,
  ],
  examples: ['mcp-twin login linear', 'mcp-twin login linear --no-browser --timeout 900'],
} as const satisfies CommandSpec
