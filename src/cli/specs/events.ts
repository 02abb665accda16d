import type { CommandSpec } from '../../context.ts'

export const events: CommandSpec = {
  name: 'events',
  summary: 'show what happened through the bridges of both sides: changes, calls, refusals, sessions',
  options: [
    { flags: '--follow', description: 'stay, and show everything new; Ctrl-C stops' },
    { flags: '--lines <n>', description: 'how many of the last to show (20)' },
  ],
  examples: ['mcp-twin events', 'mcp-twin events --follow', 'mcp-twin events --follow --json'],
  load: () => import('../../commands/events.ts'),
}
