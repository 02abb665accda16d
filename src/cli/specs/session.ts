import { type CommandSpec, DRY_RUN, type VerbSpec } from '../../model/command-line.ts'

const verbs = [
  {
    name: 'new',
    summary: 'make a token',
    options: [{ flags: '--ttl <time>', description: 'how long it is valid: 24h (default), 30m, 90s; a bare number is seconds' }, DRY_RUN],
    examples: ['mcp-twin session new --ttl 8h'],
  },
  { name: 'list', summary: 'list sessions; their tokens are never shown again', examples: ['mcp-twin session list'] },
  {
    name: 'revoke',
    options: [DRY_RUN],
    arguments: [{ name: '<id>', description: 'the id of a session' }],
    summary: 'end a session; its connections close within a second',
    examples: ['mcp-twin session revoke 1f2e3d4c'],
    missing: 'mcp-twin session list shows their ids',
  },
] as const satisfies readonly VerbSpec[]

export const session = {
  name: 'session',
  summary: 'make tokens for the bridge over HTTP and WebSocket',
  verbs,
  examples: verbs.flatMap(({ examples }) => examples),
} as const satisfies CommandSpec
