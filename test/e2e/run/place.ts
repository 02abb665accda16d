import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Session, session } from '../../support/mcp.ts'
import { type Scratch, scratch } from '../../support/scratch.ts'

export interface RunPlace {
  readonly home: Scratch
  /** Puts a package of our own making where an installed one would be; `bin` is its program. */
  package(name: string, bin: string, files: Record<string, string>): void
  /** The same for a package that is installed elsewhere. */
  installed(name: string, version: string, bin: string, folder: string): void
  /** Writes manifest, lock and keys. */
  ready(servers: Record<string, ServerSpec>, keys?: Record<string, string>): void
  /** Starts `run NAME` as a client would. */
  start(name: string, env?: Record<string, string>, ...words: string[]): Session
}

/** A home as a sync would have left it. */
export function runPlace(): RunPlace {
  const home = scratch()
  const locked: Record<string, object> = {}
  const own = (name: string, version: string): string =>
    home.path('.mcp-twin', 'npm', `${name.replaceAll('/', '+')}@${version}`, 'node_modules', name)
  const lock = (name: string, version: string, bin: string): void => {
    locked[`${name}@${version}`] = { name, version, bin: { [name.slice(name.lastIndexOf('/') + 1)]: bin } }
  }
  return {
    home,
    package(name, bin, files) {
      const folder = own(name, '1.0.0')
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(folder, file)), { recursive: true })
        writeFileSync(join(folder, file), text)
      }
      lock(name, '1.0.0', bin)
    },
    installed(name, version, bin, folder) {
      const prefix = home.path('.mcp-twin', 'npm', `${name.replaceAll('/', '+')}@${version}`)
      mkdirSync(prefix, { recursive: true })
      symlinkSync(folder, join(prefix, 'node_modules'))
      lock(name, version, bin)
    },
    ready(servers, keys = {}) {
      home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
      home.write('.mcp-twin/mcp-twin.lock.json', JSON.stringify({ version: 1, packages: locked }))
      home.write('.mcp-twin/secrets.json', JSON.stringify(keys), 0o600)
    },
    start(name, env = {}, ...words) {
      return session({
        command: nodePath,
        args: [cliPath, 'run', ...words, name],
        env: { ...home.env, ...env },
        cwd: home.root,
        timeoutMs: 60_000,
      })
    },
  }
}

/** A server in a few lines of CommonJS: its one tool `tell` gives what `expression` says. */
export const tinyServer = (expression: string, before = ''): string => `
${before}
let text = ''
process.stdin.on('data', (chunk) => {
  text += chunk
  for (let at = text.indexOf('\\n'); at >= 0; at = text.indexOf('\\n')) {
    const message = JSON.parse(text.slice(0, at))
    text = text.slice(at + 1)
    if (message.id === undefined) continue
    const result = message.method === 'tools/call' ? { told: ${expression} } : { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'tiny', version: '1' }, tools: [{ name: 'tell', inputSchema: { type: 'object' } }] }
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id: message.id, result }) + '\\n')
  }
})
`
