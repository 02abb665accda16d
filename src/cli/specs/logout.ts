import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const logout = {
  name: 'logout',
  arguments: [{ name: '<name>', description: 'the name of a server that mcp-twin is logged in to', offers: 'login' }],
  summary: 'revoke the login of a remote server, and forget it',
  options: [DRY_RUN],
  examples: ['mcp-twin logout linear'],
} as const satisfies CommandSpec
