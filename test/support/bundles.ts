import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { cacheFolder, nodePath, npmPath } from './machine.ts'
import { lacksPackage } from './fetched.ts'
import type { Side } from './side.ts'
import { scratch } from './scratch.ts'

const version = '2.1.2'

/** The real packer of bundles (.mcpb), installed once into the cache; none of its scripts run. */
function packer(): string {
  const folder = join(cacheFolder('mcpb'), version)
  if (!existsSync(folder)) {
    const work = `${folder}-${process.pid}`
    const words = ['install', '--prefix', work, '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `@anthropic-ai/mcpb@${version}`]
    try {
      execFileSync(nodePath, [npmPath(), ...words], { stdio: 'pipe', timeout: 300_000 })
      moveInto(work, folder)
    } finally {
      rmSync(work, { recursive: true, force: true })
    }
  }
  return join(folder, 'node_modules', '@anthropic-ai', 'mcpb', 'dist', 'cli', 'cli.js')
}

/** Several test files may fetch it at once: the first one's copy stays. */
function moveInto(work: string, folder: string): void {
  try {
    renameSync(work, folder)
  } catch (error) {
    if (!existsSync(folder)) throw error
  }
}

/** Why bundles cannot be packed here, or null. */
export const lacksPacker = (): Promise<string | null> => lacksPackage('@anthropic-ai/mcpb', async () => packer())

export interface Bundle {
  readonly name: string
  readonly version?: string
  readonly server: Record<string, unknown>
  readonly user_config?: Record<string, Record<string, unknown>>
  /** Its files by path; a server that answers `initialize` as `server/index.js` unless said. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
}

export interface DesktopSettings {
  readonly isEnabled?: boolean
  readonly userConfig?: Readonly<Record<string, unknown>>
  readonly orgBlockedReason?: string
}

const base = 'AppData\\Roaming\\Claude'

/** The id that Claude Desktop gives a bundle of ours. */
export const bundleId = (name: string): string => `local.mcpb.ana.${name}`

/** A path of an installed extension, as Windows spells it below the home folder. */
export const inExtension = (name: string, ...parts: string[]): string => [base, 'Claude Extensions', bundleId(name), ...parts].join('\\')

/** Settings as Claude Desktop writes them when a person ticks something; null: the file is gone. */
export function tick(side: Side, name: string, settings: DesktopSettings): void {
  side.write(`${base}\\Claude Extensions Settings\\${bundleId(name)}.json`, JSON.stringify({ isEnabled: true, ...settings }))
}

/** Packs a bundle by the real packer, and lays it down as Claude Desktop does when a person opens it. */
export function install(side: Side, bundle: Bundle, settings: DesktopSettings | null = {}): string {
  const { name, files = {}, ...rest } = bundle
  const place = scratch()
  const work = join(place.root, 'bundle')
  const manifest = {
    manifest_version: '0.4',
    version: '1.0.0',
    description: `the bundle ${name}`,
    author: { name: 'ana' },
    ...rest,
    name,
  }
  for (const [path, text] of Object.entries({ 'manifest.json': JSON.stringify(manifest), 'server/index.js': tinyServer(name), ...files })) {
    mkdirSync(dirname(join(work, path)), { recursive: true })
    writeFileSync(join(work, path), text)
  }
  const env = { ...place.env, HOME: place.home }
  const mcpb = (...args: string[]) => execFileSync(nodePath, [packer(), ...args], { cwd: place.home, env, stdio: 'pipe' })
  const file = join(place.root, `${name}.mcpb`)
  mcpb('pack', work, file)
  const folder = side.here(inExtension(name))
  rmSync(folder, { recursive: true, force: true })
  mcpb('unpack', file, folder)
  const id = bundleId(name)
  const installations = `${base}\\extensions-installations.json`
  const before = existsSync(side.here(installations)) ? JSON.parse(side.read(installations)) : { extensions: {} }
  before.extensions[id] = { id, version: manifest.version, source: 'local', signatureInfo: { status: 'unsigned' } }
  side.write(installations, JSON.stringify(before))
  if (settings !== null) tick(side, name, settings)
  return id
}

/** A server that answers the handshake and lists one tool, which says what it was started with. */
const tinyServer = (name: string): string => `
let text = ''
process.stdin.on('data', (chunk) => {
  text += chunk
  for (let at = text.indexOf('\\n'); at >= 0; at = text.indexOf('\\n')) {
    const { id, method, params } = JSON.parse(text.slice(0, at))
    text = text.slice(at + 1)
    const result = method === 'initialize'
      ? { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: '${name}', version: '1' } }
      : method === 'tools/list' ? { tools: [{ name: 'look', inputSchema: { type: 'object' } }] } : {}
    if (id !== undefined) process.stdout.write(JSON.stringify({ jsonrpc: '2.0', id, result }) + '\\n')
  }
})
`
