import type { CommandSpec } from '../../model/command-line.ts'

export const list = {
  name: 'list',
  aliases: ['status'],
  summary: 'see which program has which server',
  options: [
    { flags: '--tokens', description: 'show what the tools of each server and program cost in every conversation' },
    { flags: '--no-try', synonym: '--no-check', description: 'with --tokens: do not start servers whose tools are not known yet' },
    { flags: '--desktop-config <path>', description: "Claude Desktop's config file, if it is not detected", offers: 'file' },
  ],
  examples: ['mcp-twin list', 'mcp-twin status --json', 'mcp-twin list --client claude-desktop', 'mcp-twin list --tokens'],
} as const satisfies CommandSpec
