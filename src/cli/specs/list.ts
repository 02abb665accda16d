import type { CommandSpec } from '../../model/command-line.ts'

export const list = {
  name: 'list',
  aliases: ['status'],
  summary: 'show which program has which server: in sync, differs, missing, unmanaged',
  options: [{ flags: '--desktop-config <path>', description: "Claude Desktop's config file, if it is not detected", offers: 'file' }],
  examples: ['mcp-twin list', 'mcp-twin status --json', 'mcp-twin list --client claude-desktop'],
} as const satisfies CommandSpec
