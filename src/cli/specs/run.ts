import type { CommandSpec } from '../../model/command-line.ts'

export const run = {
  name: 'run',
  arguments: [{ name: '<server>', description: 'a server of the manifest', offers: 'server' }],
  summary: 'start one server with its keys, as programs do',
  options: [{ flags: '--project <dir>', description: 'use the manifest of that project, which must be trusted', offers: 'file' }],
  examples: ['mcp-twin run tavily', 'mcp-twin run --project=. tavily'],
  noJson: true,
} as const satisfies CommandSpec
