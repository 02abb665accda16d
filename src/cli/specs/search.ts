import type { CommandSpec } from '../../model/command-line.ts'

export const registryOption = {
  flags: '--registry <url>',
  description: 'another MCP registry (default: MCP_TWIN_REGISTRY, else registry.modelcontextprotocol.io)',
} as const

export const search = {
  name: 'search',
  arguments: [{ name: '<words...>', description: 'words of the name, title or description of a server' }],
  summary: 'find servers in the MCP registry',
  options: [registryOption],
  examples: ['mcp-twin search github', 'mcp-twin search browser automation --json'],
} as const satisfies CommandSpec
