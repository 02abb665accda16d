import { type CommandSpec, DRY_RUN, pastedProgram } from '../../model/command-line.ts'
import { registryOption } from './search.ts'

const takesValue = /^--(?:name|registry|env|secret|header|transport|client|on|manifest)$/

/** A pasted line whose words were not put in quotes: its flags would be read as ours. */
function unquoted(words: readonly string[]): { message: string; hint: string } | null {
  const first = words.findIndex((word, at) => !word.startsWith('-') && !takesValue.test(words[at - 1] ?? ''))
  const own = words.includes('--') ? words.slice(0, words.indexOf('--')) : words
  if (own.some((word) => /^--(?:package|url|command)(?:=|$)/.test(word))) return null
  const [program = '', second = ''] = words.slice(first)
  return first >= 0 && pastedProgram.test(program) && second !== '' && (second === '--' || !second.startsWith('--'))
    ? { message: `A line that begins with ${program} must be one argument.`, hint: 'put it in quotes, or: mcp-twin add -' }
    : null
}

export const add = {
  name: 'add',
  arguments: [
    {
      name: '<what>',
      description:
        'what to add: a built-in server, npm:PACKAGE, pypi:PACKAGE, a name of the MCP registry, extension:ID of Claude Desktop, a URL, a line or JSON from a README, - to paste it; with --package, --url or --command a name',
      offers: 'addable',
    },
    { name: '[arguments...]', description: 'after --: arguments of the server' },
  ],
  summary: 'add a server, install it, write it into every config',
  misread: unquoted,
  options: [
    { flags: '--name <name>', description: "the server's name, where it should not be called after its package or address" },
    { flags: '--package <package>', description: 'an npm package, optionally with a version: tavily-mcp@0.2.22' },
    { flags: '--url <url>', description: 'a remote server' },
    { flags: '--command <program>', description: 'a program; its arguments follow after --', offers: 'file' },
    {
      flags: '--env <name=value>',
      description: 'an environment variable; {secret:NAME} stands for a stored key (repeatable)',
      many: 'values',
    },
    {
      flags: '--secret <name>',
      description: 'an environment variable set to the stored key of the same name (repeatable)',
      many: 'words',
      offers: 'key',
    },
    { flags: '--header <name=value>', description: 'an HTTP header of a url server (repeatable)', many: 'values' },
    { flags: '--transport <kind>', description: 'transport of a url server (default: HTTP, then SSE)', choices: ['http', 'sse'] },
    { flags: '--remote', description: 'of a server of the registry: its address, though it has a package too' },
    registryOption,
    { flags: '--no-sync', description: 'change the manifest only' },
    { flags: '--no-try', synonym: '--no-check', description: 'do not start the servers whose entry changed' },
    DRY_RUN,
  ],
  examples: [
    'mcp-twin add tavily',
    'mcp-twin add npm:@playwright/mcp --name web -- --headless',
    'mcp-twin add pypi:mcp-server-git',
    'mcp-twin add io.github.owner/name',
    'mcp-twin add extension:local.mcpb.ana.notes     # from Claude Desktop',
    'mcp-twin add "claude mcp add -t http linear https://mcp.linear.app/mcp"',
    'mcp-twin add -                                  # paste JSON, TOML or a line',
    'mcp-twin add docs --url https://x.example/mcp --header "x-key={secret:KEY}"',
    'mcp-twin add local --command /opt/thing/serve --on wsl -- --fast',
  ],
} as const satisfies CommandSpec
