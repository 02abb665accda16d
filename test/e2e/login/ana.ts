import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { type CliOptions, cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { session } from '../../support/mcp.ts'
import { scratch } from '../../support/scratch.ts'

export const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }

/** A home on Linux with Claude Code, and a browser that goes to each page that it is given, and notes it in `pages`. */
export function ana(servers: Record<string, ServerSpec> = {}) {
  const home = scratch()
  const tools = join(home.root, 'tools')
  const pages = join(home.root, 'pages')
  mkdirSync(tools)
  const script = `require('fs').appendFileSync(${JSON.stringify(pages)}, process.argv[2] + '\\n'); fetch(process.argv[2]).catch(() => {})`
  writeFileSync(join(tools, 'browser.js'), script)
  writeFileSync(join(tools, 'xdg-open'), `#!/bin/sh\nexec ${nodePath} ${join(tools, 'browser.js')} "$1"\n`, { mode: 0o755 })
  const env = { ...home.env, PATH: `${tools}:${home.env.PATH}` }
  home.write('.claude.json', '{}')
  home.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({ version: 1, servers, bridge: { enabled: false }, clients: { 'claude-code': true } }),
  )
  const self = {
    home,
    pages: () => (home.has('../pages') ? home.read('../pages').trim().split('\n') : []),
    env,
    run: (words: readonly string[], options: CliOptions = {}) => cli({ home: home.home, env }, words, options),
    start: (name: string) => session({ command: nodePath, args: [cliPath, 'run', name], env, cwd: home.root, timeoutMs: 40_000 }),
    /** The entry of Claude Code. */
    entry: (name: string) =>
      (home.readJson('.claude.json') as { mcpServers: Record<string, { command: string; args: string[] }> }).mcpServers[name],
    manifest: () => home.readJson('.mcp-twin/mcp-twin.json') as { servers: Record<string, ServerSpec> },
  }
  return self
}
