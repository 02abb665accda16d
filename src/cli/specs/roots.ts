import { type CommandSpec, DRY_RUN, type VerbSpec, type WordSpec } from '../../model/command-line.ts'

const folder = { name: '<folder>', description: 'a folder, as either side spells it', offers: 'file' } as const satisfies WordSpec

const verbs = [
  { name: 'list', summary: 'list them (what roots alone does)', examples: ['mcp-twin roots list'] },
  {
    name: 'add',
    arguments: [folder],
    summary: 'open a folder',
    options: [{ flags: '--read-only', description: 'open it to reading only' }, DRY_RUN],
    examples: ['mcp-twin roots add ~/site', 'mcp-twin roots add ~/notes --read-only'],
  },
  { name: 'remove', arguments: [folder], options: [DRY_RUN], summary: 'close a folder again', examples: ['mcp-twin roots remove ~/site'] },
] as const satisfies readonly VerbSpec[]

export const roots = {
  name: 'roots',
  summary: 'choose the folders that programs may use',
  verbs,
  usual: 'list',
  examples: ['mcp-twin roots', ...verbs.flatMap(({ name, examples }) => (name === 'list' ? [] : examples))],
} as const satisfies CommandSpec
