import type { CommandSpec } from '../../model/command-line.ts'

export const inbox = {
  name: 'inbox',
  summary: 'see what waits for a program',
  options: [{ flags: '--brief', description: 'at most one line of counts, for a hook; always ends with 0' }],
  examples: ['mcp-twin inbox', 'mcp-twin inbox --client claude-code', 'mcp-twin inbox --brief --client claude-code'],
} as const satisfies CommandSpec
