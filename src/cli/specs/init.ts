import { type CommandSpec, DRY_RUN } from '../../model/command-line.ts'

export const init = {
  name: 'init',
  summary: 'set up both sides: choose servers, install, write, check',
  options: [
    { flags: '--from <client>', description: 'import only what this client has', offers: 'client' },
    {
      flags: '--server <name>',
      description: 'add this built-in server, or an npm package with its version or scope: name@1.2.3 (repeatable)',
      many: 'words',
      offers: 'builtin',
    },
    {
      flags: '--both',
      description:
        'every server that a client has already goes to both sides, and every extension of Claude Desktop that can to all programs',
    },
    { flags: '--home <environment>', description: 'keep manifest and keys on this side', offers: 'side' },
    { flags: '--distro <name>', description: 'the WSL distribution that takes part', offers: 'distro' },
    { flags: '--secrets <file>', description: 'read keys from a file of NAME=value lines; - reads standard input', offers: 'file' },
    {
      flags: '--desktop-config <path>',
      description: "Claude Desktop's config file, if it is not detected; remembered in the manifest",
      offers: 'file',
    },
    { flags: '--no-import', description: 'import no servers from the clients' },
    { flags: '--no-install', description: 'write the manifest only: install nothing, change no config' },
    { flags: '--no-bridge', description: 'leave out the bridge between the two programs' },
    { flags: '--hook', description: 'add a hook that shows Claude Code what waits when a conversation begins; asked on a terminal' },
    { flags: '--no-hook', description: 'do not ask about that hook' },
    { flags: '--no-command', description: 'do not put the command mcp-twin on PATH' },
    { flags: '--project', description: 'create a manifest for this project instead (mcp-twin.json at its root)' },
    DRY_RUN,
  ],
  examples: [
    'npx mcp-twin init',
    'npx mcp-twin init --yes --server memory --server filesystem',
    'npx mcp-twin init --yes --server tavily --secrets keys.env',
    'npx mcp-twin init --yes --both',
    'npx mcp-twin init --dry-run',
  ],
} as const satisfies CommandSpec
