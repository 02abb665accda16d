import { execFileSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { modern } from '../../support/http-servers.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { type Session, session } from '../../support/mcp.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { leftovers } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { type Planted, world } from '../../support/world.ts'
import { npmrcFor, tiny } from '../support/tiny.ts'
import { until, type Watching, watching } from '../../support/watching.ts'

const NEXT = '9.9.9'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const place = scratch()
const newer = join(place.root, 'newer')
let registry: MiniRegistry

/** The same sources with another version number, built in a place of their own. */
beforeAll(async () => {
  registry = await miniRegistry()
  registry.publish(tiny('1.0.0'))
  mkdirSync(newer)
  for (const name of ['src', 'bin', 'templates', 'LICENSE', 'tsconfig.json'])
    cpSync(join(projectFolder, name), join(newer, name), { recursive: true })
  const manifest = JSON.parse(readFileSync(join(projectFolder, 'package.json'), 'utf8'))
  writeFileSync(join(newer, 'package.json'), JSON.stringify({ ...manifest, version: NEXT }, null, 2))
  symlinkSync(join(projectFolder, 'node_modules'), join(newer, 'node_modules'))
  execFileSync(nodePath, [join(newer, 'node_modules', 'rolldown', 'bin', 'cli.mjs'), '-c', 'src/rolldown.config.mjs'], {
    cwd: newer,
    stdio: 'pipe',
    env: place.env,
  })
})
afterAll(() => registry.close())

let planted: Planted
let watcher: Watching | null = null
const open: Session[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.end()
  if (watcher !== null && watcher.child.exitCode === null) await watcher.end('SIGKILL')
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})

const own = (...parts: string[]) => planted.self.here(['.mcp-twin', ...parts].join('/'))
const versions = () =>
  readdirSync(own('app'))
    .filter((name) => name !== 'current')
    .sort()
const current = () => readFileSync(own('app', 'current'), 'utf8').trim()
const users = (version: string) => (existsSync(own('app', version, '.use')) ? readdirSync(own('app', version, '.use')) : [])
const launcher = () => own('bin', 'mcp-twin.mjs')
const code = () => planted.self.here('.claude.json')
const names = () => Object.keys(JSON.parse(readFileSync(code(), 'utf8')).mcpServers ?? {}).sort()

/** A client starts a server as its config says. */
async function start(server: string): Promise<Session> {
  const { command, args = [] } = JSON.parse(readFileSync(code(), 'utf8')).mcpServers[server]
  const started = session({ command, args, env: planted.env(), cwd: planted.scratch.home })
  open.push(started)
  await started.ask('initialize', HELLO)
  started.notify('notifications/initialized')
  return started
}
const tools = async (server: Session) => ((await server.ask('tools/list')).tools as { name: string }[]).map(({ name }) => name)

describe('an upgrade of the program while it is in use', () => {
  it('lets what runs go on with the old version, starts the new one from then on, and clears away what nobody uses', async () => {
    const far = await modern()
    const servers = { tiny: { package: 'tiny-mcp' }, far: { url: far.url }, third: { command: 'node', args: ['third.js'] } }
    const text = (list: object) => JSON.stringify({ version: 1, servers: list, launch: 'run' }, null, 2)
    // A client that relays by itself has an entry of ours for each server only where it cannot do so.
    planted = world()
      .linux()
      .file('.mcp-twin/mcp-twin.json', text(servers))
      .file('.config/Claude/claude_desktop_config.json', '{}')
      .build({ npmrc: npmrcFor(registry) })
    const relayEntry = () => JSON.parse(readFileSync(planted.self.here('.config/Claude/claude_desktop_config.json'), 'utf8')).mcpServers.far
    const startRelay = async (): Promise<Session> => {
      const { command, args } = relayEntry()
      const relay = session({ command, args, env: planted.env(), cwd: planted.scratch.home })
      open.push(relay)
      await relay.ask('initialize', HELLO)
      relay.notify('notifications/initialized')
      return relay
    }
    const sync = async (program?: string) => {
      const done = await planted.cli(['sync', '--json'], program === undefined ? {} : { program })
      expect(done.code, done.output).toBe(0)
      return done.json
    }
    await sync()
    const first = current()
    expect(versions()).toEqual([first])

    const tinyServer = await start('tiny')
    const relay = await startRelay()
    const bridge = await start('mcp-twin')
    watcher = watching(planted, [], launcher())
    await watcher.next('its first round', ({ inSync }) => inSync)
    expect(users(first)).toHaveLength(3)

    const entries = readFileSync(code(), 'utf8')
    const upgrade = await sync(join(newer, 'bin', 'mcp-twin.mjs'))
    expect(upgrade.steps).toEqual([expect.objectContaining({ kind: 'install', outcome: 'done', reason: 'mcp-twin itself' })])
    expect(current()).toMatch(new RegExp(`^${NEXT}-`))
    const second = current()
    expect(readFileSync(code(), 'utf8')).toBe(entries)

    // The old ones go on, and the watcher neither ends nor puts its own version back.
    expect(await tools(tinyServer)).toEqual(['version_1_0_0'])
    expect(await tools(relay)).toContain('echo')
    expect(await tools(bridge)).toContain('bridge_status')
    writeFileSync(code(), '{}')
    await until('the watcher puts entries back', () => names().length === 4, 5000)
    await watcher.next('the news of it', ({ changed }) => changed)
    expect(current()).toBe(second)

    // New ones are the new version.
    const fresh = await startRelay()
    const newBridge = await start('mcp-twin')
    expect(users(second).sort()).toEqual([String(fresh.pid), String(newBridge.pid)].sort())
    expect(await tools(newBridge)).toEqual(await tools(bridge))
    expect(await tools(fresh)).toContain('echo')
    const version = await cli({ home: planted.scratch.home, env: planted.env() }, ['--version'], { program: launcher() })
    expect(version.stdout.trim()).toBe(NEXT)

    // A later run leaves what is in use; the one after its end takes it away.
    const later = () => utimesSync(own('app', 'current'), new Date(0), new Date(0))
    later()
    planted.self.write('.mcp-twin/mcp-twin.json', text({ ...servers, fourth: { command: 'node', args: ['4.js'] } }))
    await until('the old watcher follows the manifest', () => names().length === 5)
    await watcher.next('the news of it', ({ changed }) => changed)
    expect(versions()).toEqual([first, second].sort())
    await relay.end()
    expect(await watcher.end()).toBe(0)
    expect(await tools(bridge)).toContain('bridge_status')
    await bridge.end()
    later()
    planted.self.write('.mcp-twin/mcp-twin.json', text(servers))
    await sync(launcher())
    expect(versions()).toEqual([second])
    // What runs on its own by now was never in need of the folder.
    expect(await tools(tinyServer)).toEqual(['version_1_0_0'])
    expect(await tools(fresh)).toContain('echo')
    await sync(launcher())
  })
})
