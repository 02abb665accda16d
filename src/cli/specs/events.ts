import type { CommandSpec } from '../../model/command-line.ts'

export const events = {
  name: 'events',
  summary: 'see what happened through the bridges of both sides',
  options: [
    { flags: '--follow', description: 'stay, and show everything new; Ctrl-C stops' },
    { flags: '--lines <n>', description: 'how many of the last to show (20)', least: 0 },
  ],
  examples: ['mcp-twin events', 'mcp-twin events --follow', 'mcp-twin events --follow --json'],
} as const satisfies CommandSpec
