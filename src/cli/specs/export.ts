import type { CommandSpec } from '../../context.ts'

export const exportSetup: CommandSpec = {
  name: 'export',
  arguments: [{ name: '<dir>', description: 'folder to write into', offers: 'file' }],
  summary: 'write manifest, versions and both set-ups into a folder, fit for version control (no keys)',
  examples: ['mcp-twin export ./mcp-setup'],
  load: () => import('../../commands/export.ts'),
}
