import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const tools = {
  name: 'tools',
  arguments: [{ name: '<name>', description: 'the name of a server', offers: 'server' }],
  summary: 'see what the tools of a server cost, or leave some out',
  options: [
    { flags: '--only <tools>', description: 'only these tools (repeatable, or comma-separated)', many: 'words' },
    { flags: '--without <tools>', description: 'these tools no longer (repeatable, or comma-separated)', many: 'words' },
    { flags: '--all', description: 'all tools again' },
    { flags: '--no-sync', description: 'change the manifest only' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the server, even if its tools are not known yet' },
    DRY_RUN,
  ],
  examples: [
    'mcp-twin tools playwright',
    'mcp-twin tools playwright --only browser_navigate,browser_click',
    'mcp-twin tools playwright --all',
  ],
} as const satisfies CommandSpec
