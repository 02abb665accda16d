import { type CommandSpec, DRY_RUN, type VerbSpec } from '../../model/command-line.ts'

const verbs = [
  { name: 'list', synonym: '--list', summary: 'list the trusted projects', examples: ['mcp-twin trust list'] },
  {
    name: 'revoke',
    synonym: '--revoke',
    arguments: [{ name: '<dir>', description: 'the folder of a project', offers: 'file' }],
    missing: 'mcp-twin trust list shows them',
    options: [DRY_RUN],
    summary: 'revoke trust in a project, on every side',
    examples: ['mcp-twin trust revoke ~/work/site'],
  },
] as const satisfies readonly VerbSpec[]

export const trust = {
  name: 'trust',
  arguments: [{ name: '[dir]', description: 'the project; default: the current folder', offers: 'file' }],
  options: [DRY_RUN],
  summary: 'let the servers of a project start, until it changes',
  verbs,
  examples: ['mcp-twin trust', 'mcp-twin trust ~/work/site', ...verbs.flatMap(({ examples }) => examples)],
} as const satisfies CommandSpec
