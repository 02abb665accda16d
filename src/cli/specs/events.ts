import type { CommandSpec } from '../../context.ts'

export const events: CommandSpec = {
  name: 'events',
  summary: 'show what programs changed in memory, handoffs and questions',
  options: [
    { flags: '--follow', description: 'stay, and show every new change' },
    { flags: '--lines <n>', description: 'how many of the last changes to show (20)' },
  ],
  examples: ['mcp-twin events', 'mcp-twin events --follow', 'mcp-twin events --follow --json'],
  load: () => import('../../commands/events.ts'),
}
