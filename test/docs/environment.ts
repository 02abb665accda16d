import { clients } from '../../src/catalog/clients/index.ts'
import { variableOf } from '../../src/effects/store/secret-name.ts'
import { code, page, table } from './markdown.ts'

/** Variables that the program itself reads, and what each does. A unit test looks for more in the sources. */
export const ownVariables: Readonly<Record<string, string>> = {
  MCP_TWIN_HOME:
    'an absolute path in place of `~/.mcp-twin`, on the side where it is set. Set it alike for every program that starts the bridge',
  [variableOf('NAME')]: 'the key `NAME` for this run; counts before the key store',
  MCP_TWIN_TOKEN: 'the token for `actions drop` and `actions sign`, in place of standard input',
  NO_COLOR: 'any value: no colours ([no-color.org](https://no-color.org))',
  FORCE_COLOR: 'colours although the output is no terminal; 0: none',
  COLUMNS: 'the width of the output where it is no terminal',
}

/** Variables by which programs move their files; each is asked of the side where the program runs. */
const ofPrograms: Readonly<Record<string, string>> = {
  CLAUDE_CONFIG_DIR: "Claude Code's folder, with its `.claude.json`",
  CLAUDE_USER_DATA_DIR: "Claude Desktop's folder of settings, logs included",
  CODEX_HOME: "Codex' folder, with its `config.toml`",
  XDG_CACHE_HOME: 'where Claude Code keeps its logs on Linux and in WSL',
}

/** docs/reference/environment.md. */
export function environmentPage(): string {
  const moving = [...new Set([...Object.keys(ofPrograms), ...clients.flatMap(({ variables = [] }) => variables)])]
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
      moving.map((name) => [code(name), ofPrograms[name] ?? 'where it keeps its files']),
    ),
    'Packages are installed by npm with the settings of its side: `npm_config_*` and `.npmrc` of your user folder.',
  ])
}
