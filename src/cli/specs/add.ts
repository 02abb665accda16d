import type { CommandSpec } from '../../context.ts'

export const add: CommandSpec = {
  name: 'add',
  arguments: [
    { name: '<name>', description: "the server's name; - reads a JSON snippet from standard input" },
    { name: '[arguments...]', description: 'after --: arguments of the command' },
  ],
  summary: 'add a server, install it and write it into every config',
  options: [
    { flags: '--package <package>', description: 'an npm package, optionally with a version: tavily-mcp@0.2.22' },
    { flags: '--url <url>', description: 'a remote server' },
    { flags: '--command <program>', description: 'a program; its arguments follow after --' },
    {
      flags: '--env <name=value>',
      description: 'an environment variable; {secret:NAME} stands for a stored key (repeatable)',
      many: 'values',
    },
    { flags: '--secret <name>', description: 'an environment variable set to the stored key of the same name (repeatable)', many: 'words' },
    { flags: '--header <name=value>', description: 'an HTTP header of a url server (repeatable)', many: 'values' },
    { flags: '--transport <kind>', description: 'transport of a url server (default: HTTP, then SSE)', choices: ['http', 'sse'] },
    { flags: '--no-sync', description: 'change the manifest only' },
    { flags: '--no-check', description: 'do not start the servers whose entry changed' },
  ],
  examples: [
    'mcp-twin add tavily --package tavily-mcp --secret TAVILY_API_KEY',
    'mcp-twin add docs --url https://x.example/mcp --header "x-key={secret:KEY}"',
    'mcp-twin add local --command /opt/thing/serve --on wsl -- --fast',
    'mcp-twin add - < snippet.json',
  ],
  load: () => import('../../commands/add.ts'),
}
