import type { CommandSpec } from '../../model/command-line.ts'

export const exportSetup = {
  name: 'export',
  arguments: [{ name: '<dir>', description: 'folder to write into', offers: 'file' }],
  summary: 'write manifest, versions and both set-ups into a folder, fit for version control (no keys)',
  examples: ['mcp-twin export ./mcp-setup'],
} as const satisfies CommandSpec
