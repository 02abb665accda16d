import { clients } from '../../src/catalog/clients/index.ts'
import { ownVariables, programVariables } from '../../src/cli/topics.ts'
import { code, page, table } from './markdown.ts'

/** docs/reference/environment.md. */
export function environmentPage(): string {
  const moving = [...new Set([...Object.keys(programVariables), ...clients.flatMap(({ variables = [] }) => variables)])]
  return page('Environment', [
    '## Its own',
    table(
      ['variable', 'what it does'],
      Object.entries(ownVariables).map(([name, words]) => [code(name), words]),
    ),
    'A server gets none of `MCP_TWIN_*`, and npm none either. A command typed on the side that is not home takes `MCP_TWIN_SECRET_*` and `NO_COLOR` along.',
    '## Of programs',
    'They decide where a program keeps its files, and so which file is written.',
    table(
      ['variable', 'what it moves'],
      moving.map((name) => [code(name), programVariables[name] ?? 'where it keeps its files']),
    ),
    'Packages are installed by npm with the settings of its side: `npm_config_*` and `.npmrc` of your user folder.',
  ])
}
