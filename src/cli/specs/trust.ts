import type { CommandSpec } from '../../context.ts'

export const trust: CommandSpec = {
  name: 'trust',
  arguments: [{ name: '[dir]', description: 'the project; default: this one' }],
  summary: "let the servers of a project's manifest be started by run, until it changes",
  examples: ['mcp-twin trust', 'mcp-twin trust ~/work/site'],
  load: () => import('../../commands/trust.ts'),
}
