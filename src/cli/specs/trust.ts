import type { CommandSpec } from '../../model/command-line.ts'

export const trust = {
  name: 'trust',
  arguments: [{ name: '[dir]', description: 'the project; default: the current folder', offers: 'file' }],
  summary: 'let the servers of a project start, until it changes',
  options: [
    { flags: '--list', description: 'list the trusted projects' },
    { flags: '--revoke', description: 'revoke trust in the project, on every side' },
  ],
  examples: ['mcp-twin trust', 'mcp-twin trust ~/work/site', 'mcp-twin trust --list', 'mcp-twin trust --revoke ~/work/site'],
} as const satisfies CommandSpec
