import type { CommandSpec } from '../../model/command-line.ts'

export const list = {
  name: 'list',
  aliases: ['status'],
  summary: 'see which program has which server',
  options: [{ flags: '--desktop-config <path>', description: "Claude Desktop's config file, if it is not detected", offers: 'file' }],
  examples: ['mcp-twin list', 'mcp-twin status --json', 'mcp-twin list --client claude-desktop'],
} as const satisfies CommandSpec
