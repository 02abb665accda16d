import type { CommandSpec } from '../../model/command-line.ts'

export const session = {
  name: 'session',
  arguments: [
    { name: '<action>', description: 'new, list or revoke', offers: ['new', 'list', 'revoke'] },
    { name: '[id]', description: 'the session to revoke' },
  ],
  summary: 'make tokens for the bridge over HTTP and WebSocket',
  options: [{ flags: '--ttl <time>', description: 'how long a new one is valid: 24h (default), 30m, 90s; a bare number is seconds' }],
  examples: ['mcp-twin session new --ttl 8h', 'mcp-twin session list', 'mcp-twin session revoke 1f2e3d4c'],
} as const satisfies CommandSpec
