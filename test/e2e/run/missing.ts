import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'
import type { ServerSpec } from '../../../src/model/manifest.ts'
import { bundle } from '../../support/bundle.ts'
import { cli, cliPath } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { type Session, session } from '../../support/mcp.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import type { Scratch } from '../../support/scratch.ts'
import { scratch } from '../../support/scratch.ts'

export const KEY = 'project-key-8f1c3e5a7b9d0246'

/** A server of the era with a handshake, in one file; `tell` says its key. It ends at a request that comes before `initialize`, as some do. */
export const legacyServer = `#!/usr/bin/env node
let rest = ''
let greeted = false
const answers = {
  initialize: (params) => ({ protocolVersion: params.protocolVersion, capabilities: { tools: {}, logging: {} }, serverInfo: { name: 'legacy', version: '1.0.0' }, told: params }),
  'tools/list': () => ({ tools: [{ name: 'tell', description: 'tells its key', inputSchema: { type: 'object' } }] }),
  'tools/call': () => ({ content: [{ type: 'text', text: 'key ' + process.env.K }] }),
  ping: () => ({}),
}
process.stdin.setEncoding('utf8').on('data', (chunk) => {
  rest += chunk
  for (let at = rest.indexOf('\\n'); at >= 0; at = rest.indexOf('\\n')) {
    const { id, method, params } = JSON.parse(rest.slice(0, at))
    rest = rest.slice(at + 1)
    if (id === undefined) continue
    if (!greeted && method !== 'initialize') process.exit(3)
    greeted = true
    const result = answers[method]?.(params)
    const end = result ? { result } : { error: { code: -32601, message: 'no such method' } }
    process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, ...end }) + '\\n')
  }
})
`

/** A home with a key, and a trusted project in it whose servers are packages of a registry of this machine. */
export interface MissingPlace {
  readonly home: Scratch
  readonly registry: MiniRegistry
  readonly site: string
  /** A path below the folder in which packages are installed. */
  npm(...parts: string[]): string
  /** Writes manifest and lock of the project, and trusts them; nothing is installed afterwards. */
  project(servers: Record<string, ServerSpec>, packages: Record<string, object>, more?: object): Promise<void>
  /** Starts `run --project` as a client would. */
  start(name: string, env?: Record<string, string>): Session
  /** The same for the SDK's client. */
  readonly launch: (name: string) => { command: string; args: string[]; env: Record<string, string>; cwd: string; stderr: 'pipe' }
}

/** What `trust` recorded of a project's files, for the next place with the same: trusting them also tries to install them. */
const records = new Map<string, string>()

export async function missingPlace(): Promise<MissingPlace> {
  const registry = await miniRegistry()
  const home = scratch({ npmrc: `registry=${registry.url}`, npmCache: 'own' })
  home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
  home.write('.mcp-twin/secrets.json', JSON.stringify({ MINE: KEY }), 0o600)
  const site = home.path('work/site')
  mkdirSync(join(site, '.git'), { recursive: true })
  const npm = (...parts: string[]) => home.path('.mcp-twin', 'npm', ...parts)
  const args = (name: string) => [cliPath, 'run', '--project=.', name]
  return {
    home,
    registry,
    site,
    npm,
    async project(servers, packages, more = {}) {
      const texts = [
        { version: 1, servers, ...more },
        { version: 1, packages },
      ].map((each) => JSON.stringify(each))
      for (const [at, file] of ['mcp-twin.json', 'mcp-twin.lock.json'].entries()) home.write(`work/site/${file}`, texts[at] ?? '')
      const before = records.get(texts.join())
      if (before !== undefined) home.write('.mcp-twin/trust.json', before.replaceAll('SITE', site), 0o600)
      else {
        const trusted = await cli(home, ['trust', '--offline', site])
        expect(trusted, trusted.output).toMatchObject({ code: 0 })
        records.set(texts.join(), home.read('.mcp-twin/trust.json').replaceAll(site, 'SITE'))
      }
      rmSync(npm(), { recursive: true, force: true })
      registry.requests.length = 0
    },
    start: (name, env = {}) => session({ command: nodePath, args: args(name), env: { ...home.env, ...env }, cwd: site, timeoutMs: 60_000 }),
    launch: (name) => ({ command: nodePath, args: args(name), env: home.env, cwd: site, stderr: 'pipe' }),
  }
}

/** Publishes a package whose program is `text`, and answers its place in a lock. */
export function published(registry: MiniRegistry, name: string, text: string, more: object = {}): Record<string, object> {
  const integrity = registry.publish({
    manifest: { name, version: '1.0.0', type: 'commonjs', bin: { [name]: 'server.js' }, ...more },
    files: { 'server.js': text },
  })
  return { [`${name}@1.0.0`]: { name, version: '1.0.0', integrity, bin: { [name]: 'server.js' } } }
}

/** The text of a server of both eras. */
export async function dualServer(folder: string): Promise<string> {
  return readFileSync(await bundle(fileURLToPath(new URL('dual-server.ts', import.meta.url)), join(folder, 'dual.mjs')), 'utf8')
}

export const keyed = (words: string, more: Partial<ServerSpec> = {}): ServerSpec => ({
  package: words,
  env: { K: '${secret:MINE}' },
  ...more,
})
