import type { CommandSpec } from '../../model/command-line.ts'

export const actions = {
  name: 'actions',
  arguments: [
    { name: '<action>', description: 'list, show, run, cancel, drop or sign', offers: ['list', 'show', 'run', 'cancel', 'drop', 'sign'] },
    { name: '[word]', description: 'of show, run and cancel, the id; of drop and sign, the type of the action' },
  ],
  summary: 'list, approve or cancel what programs ask of each other; drop and sign take a token from MCP_TWIN_TOKEN or standard input',
  options: [
    {
      flags: '--status <status>',
      description: 'list: only these',
      choices: ['pending', 'claimed', 'running', 'needs_user', 'done', 'failed', 'cancelled', 'expired'],
    },
    { flags: '--limit <n>', description: 'list: how many (50)' },
    { flags: '--param <name=value>', description: 'drop, sign: a parameter of the action, as text (repeatable)', many: 'values' },
    { flags: '--params <json>', description: 'drop, sign: the parameters as a JSON object' },
    { flags: '--to <client>', description: 'drop, sign: for this client; without it for any', offers: 'client' },
    { flags: '--id <id>', description: 'drop, sign: the id of the action; without it one is made' },
  ],
  examples: [
    'mcp-twin actions list --status needs_user',
    'mcp-twin actions show a-1a2b3c4d5e6f',
    'mcp-twin actions run a-1a2b3c4d5e6f',
    `mcp-twin actions drop execute_from_code --param 'prompt=Run the tests'`,
    'mcp-twin actions sign analyze_file --param file_path=notes.md',
  ],
} as const satisfies CommandSpec
