import type { CommandSpec } from '../../context.ts'

export const list: CommandSpec = {
  name: 'list',
  aliases: ['status'],
  summary: 'which program has which server: in sync, differs, missing, unmanaged',
  options: [{ flags: '--desktop-config <path>', description: "Claude Desktop's config file, where it is not found by itself" }],
  examples: ['mcp-twin list', 'mcp-twin status --json', 'mcp-twin list --client claude-desktop'],
  load: () => import('../../commands/list.ts'),
}
