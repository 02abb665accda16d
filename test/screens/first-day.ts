import { type Planted, world } from '../support/world.ts'

/** A key that stands in the open, and may be seen in no picture. */
export const key = 'tvly-dev-0123456789abcdefABCDEF'

/** A person's machine on the first day: each program has its own servers, and the key stands in the open. */
export const firstDay = (npmrc?: string): Planted =>
  world()
    .wsl('Ubuntu')
    .file(
      '.claude.json',
      '{"numStartups": 12, "mcpServers": {"memory": {"type": "stdio", "command": "npx", "args": ["-y", "@modelcontextprotocol/server-memory"]}}}',
    )
    .windows()
    .running('claude.exe')
    .file('C:\\Windows\\System32\\wsl.exe', '')
    .client(
      'claude-desktop',
      JSON.stringify(
        {
          preferences: { menuBarEnabled: true },
          mcpServers: {
            thinking: { command: 'npx', args: ['-y', '@modelcontextprotocol/server-sequential-thinking'] },
            tavily: { command: 'cmd', args: ['/c', 'npx', '-y', 'tavily-mcp@0.2.22'], env: { TAVILY_API_KEY: key } },
          },
        },
        null,
        2,
      ),
    )
    .build(npmrc === undefined ? {} : { npmrc })
