import { EXIT, type ExitCode } from '../errors.ts'

/** A page of help about something that all commands share. */
export interface Topic {
  readonly name: string
  readonly summary: string
  readonly text: string
  readonly rows: readonly (readonly [term: string, words: string])[]
  /** What is said below the rows. */
  readonly more: string
}

/** Every exit code: when a command ends with it, and what to do then. */
export const exitCodes: readonly (readonly [code: ExitCode, when: string, then: string])[] = [
  [EXIT.ok, 'it was done, or there was nothing to do', 'nothing'],
  [
    EXIT.failed,
    'something failed: a disk, a network, a file that cannot be written, a call that the bridge refused',
    'read the message; nothing is left half done',
  ],
  [
    EXIT.usage,
    'the command line or the manifest is wrong, or an answer is needed and nobody can be asked',
    'correct it; the message names the flag or the line',
  ],
  [
    EXIT.attention,
    'something needs you: a config differs (`sync --check`), doctor found an error, a part was refused',
    'the output names the command that fixes it',
  ],
  [EXIT.cancelled, 'you cancelled it, by Ctrl-C or by answering no', 'nothing; unfinished changes were rolled back'],
]

/** What is said around that table. */
export const exitCodeWords = {
  before: 'One table for all commands. When several apply, the first of 130, 2, 1, 3 counts.',
  after: '`inbox --brief` always ends with 0, since a program runs it as a hook. `run` ends as its server does.',
}

/** Variables that the program itself reads, and what each does. A unit test looks for more in the sources. */
export const ownVariables: Readonly<Record<string, string>> = {
  MCP_TWIN_HOME:
    'an absolute path in place of `~/.mcp-twin`, on the side where it is set. Set it alike for every program that starts the bridge',
  MCP_TWIN_REGISTRY: 'the MCP registry that `search` and `add` ask, in place of the public one; https, or an address of this computer',
  MCP_TWIN_SECRET_NAME: 'the key `NAME` for this run; counts before the key store',
  MCP_TWIN_TOKEN: 'the token for `actions drop` and `actions sign`, in place of standard input',
  NO_COLOR: 'any value: no colours',
  FORCE_COLOR: 'colours although the output is no terminal; 0: none',
  COLUMNS: 'the width of the output where it is no terminal',
}

/** Variables by which programs move their files; each is asked of the side where the program runs. */
export const programVariables: Readonly<Record<string, string>> = {
  CLAUDE_CONFIG_DIR: "Claude Code's folder, with its `.claude.json`",
  CLAUDE_USER_DATA_DIR: "Claude Desktop's folder of settings, logs included",
  CLINE_DATA_DIR: "Cline's folder, with its `settings/cline_mcp_settings.json`",
  CLINE_MCP_SETTINGS_PATH: "Cline's file of servers itself",
  COPILOT_HOME: "Copilot CLI's folder, with its `mcp-config.json`",
  CODEX_HOME: "Codex' folder, with its `config.toml`",
  XDG_CACHE_HOME: 'where Claude Code keeps its logs on Linux and in WSL',
}

/** What holds for every document of `--json`. */
export const jsonRules =
  'With `--json` a command prints one document on stdout and nothing else there. Its first field is `command`: the command, without its verb. ' +
  '`--watch` and `--follow` print one document a line. Keys are never in a document.'

/** The commands without `--json`. */
export const withoutJson = '`run` and `serve` take no `--json`: their stdout carries the protocol.'

/** The pages of `mcp-twin help TOPIC`. */
export const topics: readonly Topic[] = [
  {
    name: 'exit-codes',
    summary: 'how a command ends',
    text: exitCodeWords.before,
    rows: exitCodes.map(([code, when, then]) => [String(code), `${when} → ${then}`]),
    more: exitCodeWords.after,
  },
  {
    name: 'environment',
    summary: 'variables that are read',
    text: 'It reads the first ones itself. By those from CLAUDE_CONFIG_DIR on, programs move their files, and so they decide which file is written.',
    rows: [...Object.entries(ownVariables), ...Object.entries(programVariables)],
    more: 'Packages are installed by npm with the settings of its side: `npm_config_*` and `.npmrc`.',
  },
  {
    name: 'json',
    summary: 'what --json prints',
    text: jsonRules,
    rows: [
      ['list', '{"command":"list","servers":[{"name":…,"version":…,"cells":[…]}],…}'],
      ['sync', '{"command":"sync","inSync":…,"changed":…,"run":…,"steps":[…],…}'],
      ['doctor', '{"command":"doctor","ok":…,"findings":[{"check":…,"fix":…}],…}'],
      ['an error', '{"command":…,"error":{"code":…,"message":…,"hint":…}}'],
    ],
    more: `\`mcp-twin schema\` prints the JSON Schema of the manifest. ${withoutJson}`,
  },
]
