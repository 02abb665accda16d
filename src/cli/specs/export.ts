import type { CommandSpec } from '../../model/command-line.ts'

export const exportSetup = {
  name: 'export',
  arguments: [{ name: '<dir>', description: 'folder to write into', offers: 'file' }],
  summary: 'write the set-up into a folder for git, without keys',
  examples: ['mcp-twin export ./mcp-setup'],
} as const satisfies CommandSpec
