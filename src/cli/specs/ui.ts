import type { CommandSpec } from '../../model/command-line.ts'

export const ui = {
  name: 'ui',
  summary: 'look at all this, and change it, in a browser',
  options: [
    { flags: '--no-open', description: 'print the link only' },
    { flags: '--port <n>', description: 'listen on this port of 127.0.0.1; default: a free one', least: 1 },
    { flags: '--idle <time>', description: 'end so long after the last tab was closed: 30m (default), 2h, 90s' },
    { flags: '--read-only', description: 'a page that only looks' },
  ],
  examples: ['mcp-twin ui', 'mcp-twin ui --no-open --port 4747', 'mcp-twin ui --read-only'],
} as const satisfies CommandSpec
