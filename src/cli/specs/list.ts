import type { CommandSpec } from '../../context.ts'

export const list: CommandSpec = {
  name: 'list',
  aliases: ['status'],
  summary: 'show which program has which server: in sync, differs, missing, unmanaged',
  options: [{ flags: '--desktop-config <path>', description: "Claude Desktop's config file, if it is not detected", offers: 'file' }],
  examples: ['mcp-twin list', 'mcp-twin status --json', 'mcp-twin list --client claude-desktop'],
  load: () => import('../../commands/list.ts'),
}
