import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { cli } from '../../support/cli.ts'
import { nodePath } from '../../support/machine.ts'
import { leftovers, processesWith, textHolds, watchProcesses } from '../../support/processes.ts'
import { testServers } from '../../support/servers.ts'
import { runPlace, tinyServer } from './place.ts'

const MARKER = `mk"$%${'x'.repeat(8)}🙂-7f3a9c1e5b2d4860`
const OTHER = 'other-servers-key-51b7e0c2a94d'
const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
const linux = process.platform === 'linux'
const tellEnvironment = tinyServer(
  `{ key: process.env.MY_KEY, ours: Object.keys(process.env).filter((name) => name.startsWith('MCP_TWIN')), all: JSON.stringify(process.env), pid: process.pid, cwd: process.cwd(), argv: process.argv }`,
)

describe('a package with a program in JavaScript', () => {
  it('runs in the same process, with its own key in memory only', async () => {
    const place = runPlace()
    place.package('tiny', 'index.js', { 'package.json': '{}', 'index.js': tellEnvironment })
    place.ready(
      {
        tiny: { package: 'tiny@1.0.0', args: ['--flag', 'two words'], env: { MY_KEY: '${secret:MINE}' } },
        other: { command: 'cat', env: { O: '${secret:OTHER}' } },
      },
      { MINE: MARKER, OTHER },
    )
    const sampler = await watchProcesses(MARKER)
    const server = place.start('tiny', { MCP_TWIN_SECRET_OTHER: OTHER })
    await server.ask('initialize', HELLO)
    const { told } = (await server.ask('tools/call', { name: 'tell' })) as { told: Record<string, unknown> }
    expect(told).toMatchObject({ key: MARKER, ours: [], pid: server.pid, cwd: place.home.root })
    expect(String(told.all)).not.toContain(OTHER)
    expect(told.argv).toEqual([nodePath, place.home.path('.mcp-twin/npm/tiny@1.0.0/node_modules/tiny/index.js'), '--flag', 'two words'])
    expect((await server.end()).code).toBe(0)
    const { sightings, rounds } = await sampler.stop()
    expect(rounds).toBeGreaterThan(5)
    expect(sightings).toEqual([])
    expect(server.stderr()).toBe('')
  })

  it('may ask whether it is the main program, in either module system', async () => {
    const place = runPlace()
    const esm = `import { pathToFileURL } from 'node:url'\nimport { realpathSync } from 'node:fs'\nif (import.meta.url === pathToFileURL(realpathSync(process.argv[1])).href) { ${tinyServer("'esm ' + import.meta.url.startsWith('file:')")} }`
    place.package('cjs', 'index.js', {
      'package.json': '{}',
      'index.js': `if (require.main === module) { ${tinyServer("'cjs ' + (require.main === module)")} }`,
    })
    place.package('esm', 'dist/cli.mjs', { 'package.json': '{}', 'dist/cli.mjs': esm })
    place.package('typed', 'cli.js', { 'package.json': '{"type":"module"}', 'cli.js': `await null\n${esm}` })
    place.ready({ cjs: { package: 'cjs@1.0.0' }, esm: { package: 'esm@1.0.0' }, typed: { package: 'typed@1.0.0' } })
    for (const [name, told] of [
      ['cjs', 'cjs true'],
      ['esm', 'esm true'],
      ['typed', 'esm true'],
    ] as const) {
      const server = place.start(name)
      expect(await server.ask('tools/call', { name: 'tell' })).toEqual({ told })
      expect((await server.end()).code).toBe(0)
    }
  })

  it('has no listener of ours, ends by signals, and sets its own exit code', async () => {
    const place = runPlace()
    const listeners =
      "['SIGINT', 'SIGTERM', 'SIGHUP', 'exit', 'uncaughtException', 'unhandledRejection'].map((name) => process.listenerCount(name))"
    place.package('bare', 'index.js', { 'package.json': '{}', 'index.js': tinyServer(listeners) })
    place.package('seven', 'index.js', {
      'package.json': '{}',
      'index.js': "process.stdin.resume(); process.stdin.on('end', () => process.exit(7))",
    })
    place.package('early', 'index.js', { 'package.json': '{}', 'index.js': 'process.exitCode = 9' })
    place.package('throws', 'index.mjs', { 'package.json': '{}', 'index.mjs': "throw new Error('boom')" })
    place.package('endless', 'index.js', { 'package.json': '{}', 'index.js': "process.stdin.resume(); process.stderr.write('ready')" })
    place.ready(Object.fromEntries(['bare', 'seven', 'early', 'throws', 'endless'].map((name) => [name, { package: `${name}@1.0.0` }])))
    const server = place.start('bare')
    expect(await server.ask('tools/call', { name: 'tell' })).toEqual({ told: [0, 0, 0, 0, 0, 0] })
    await server.end()
    const ended = await cli(place.home, ['run', 'seven'])
    expect(ended.code).toBe(7)
    const thrown = await cli(place.home, ['run', 'throws'])
    expect(thrown).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('boom') })
    const killed = await cli(place.home, ['run', 'endless'], {
      started: (child) => void child.stderr?.once('data', () => child.kill('SIGTERM')),
      wrapper: ['/bin/sh', '-c', 'exec "$@" < /dev/zero', 'sh'],
    })
    expect(killed.signal).toBe('SIGTERM')
    expect((await cli(place.home, ['run', 'early'])).code).not.toBe(0)
  })

  it('gets a process of its own when it wants what node reads at its start', async () => {
    const place = runPlace()
    place.package('heap', 'index.js', {
      'package.json': '{}',
      'index.js': tinyServer("require('node:v8').getHeapStatistics().heap_size_limit"),
    })
    place.ready({ heap: { package: 'heap@1.0.0', env: { NODE_OPTIONS: '--max-old-space-size=77' } } })
    const server = place.start('heap')
    const { told } = (await server.ask('tools/call', { name: 'tell' })) as { told: number }
    expect(told).toBeLessThan(300 * 1024 * 1024)
    await server.end()
  })

  it('answers as the real memory server does', async () => {
    const { memory } = await testServers()
    const place = runPlace()
    place.installed('@modelcontextprotocol/server-memory', '2026.8.31', 'dist/index.js', join(memory, '../../../..'))
    place.ready({ memory: { package: '@modelcontextprotocol/server-memory@2026.8.31' } })
    const server = place.start('memory')
    expect(await server.ask('initialize', HELLO)).toMatchObject({ serverInfo: { name: 'memory-server' } })
    server.notify('notifications/initialized')
    expect(((await server.ask('tools/list')).tools as unknown[]).length).toBeGreaterThan(5)
    expect(server.stray).toEqual([])
    expect((await server.end()).code).toBe(0)
  })

  it('says that it is not installed, and what to type', async () => {
    const place = runPlace()
    place.package('gone', 'index.js', { 'package.json': '{}', 'other.js': '' })
    place.ready({ gone: { package: 'gone@1.0.0', launch: 'direct' } })
    const { code, stdout, stderr } = await cli(place.home, ['run', 'gone'], {
      env: { npm_config_registry: 'http://127.0.0.1:9/', npm_config_fetch_retries: '0' },
    })
    expect([code === 0, stdout]).toEqual([false, ''])
    expect(stderr).not.toBe('')
  })
})

describe('a command', () => {
  const tell = { command: nodePath, args: ['-e', tellEnvironment], env: { MY_KEY: '${secret:MINE}' } }

  it.runIf(linux)('gets its key in its environment, where no other program sees it', async () => {
    const place = runPlace()
    place.ready({ tell, other: { command: 'cat', env: { O: '${secret:OTHER}' } } }, { MINE: MARKER, OTHER })
    const sampler = await watchProcesses(MARKER)
    const server = place.start('tell', { MCP_TWIN_SECRET_OTHER: OTHER, MCP_TWIN_NONSENSE: '1' })
    const { told } = (await server.ask('tools/call', { name: 'tell' })) as { told: Record<string, unknown> }
    expect(told).toMatchObject({ key: MARKER, ours: [] })
    expect(String(told.all)).not.toContain(OTHER)
    await sampler.look()
    await server.end()
    const { sightings } = await sampler.stop()
    expect(sightings.filter(({ where }) => where === 'cmdline')).toEqual([])
    expect([...new Set(sightings.map(({ pid }) => pid))]).toEqual([told.pid])
    expect(textHolds(server.stderr(), MARKER)).toBe(false)
  })

  it('ends run with its own code or signal, and with the input', async () => {
    const place = runPlace()
    place.ready({
      code: { command: 'sh', args: ['-c', 'exit 23'] },
      signal: { command: 'sh', args: ['-c', 'kill -KILL $$'] },
      cat: { command: 'cat' },
    })
    expect((await cli(place.home, ['run', 'code'])).code).toBe(23)
    expect((await cli(place.home, ['run', 'signal'])).signal).toBe('SIGKILL')
    const bytes = Buffer.from([0, 255, 10, 13, 0xf0, 0x9f])
    const through = await cli(place.home, ['run', 'cat'], { input: bytes })
    expect(through).toMatchObject({ code: 0, stdout: bytes.toString() })
  })

  it('gets the signals that run gets', async () => {
    const place = runPlace()
    place.ready({ trap: { command: 'sh', args: ['-c', "trap 'echo got; exit 5' TERM; echo up; while :; do sleep 0.05; done"] } })
    const { code, stdout } = await cli(place.home, ['run', 'trap'], {
      started: (child) => child.stdout?.once('data', () => child.kill('SIGTERM')),
    })
    expect({ code, stdout }).toEqual({ code: 5, stdout: 'up\ngot\n' })
  })

  it.runIf(linux && existsSync('/usr/bin/setpriv'))('goes when we are killed, even by SIGKILL', async () => {
    const place = runPlace()
    place.ready({ sleeper: { command: 'sleep', args: ['600'] } })
    await cli(place.home, ['run', 'sleeper'], {
      wrapper: ['/bin/sh', '-c', 'exec "$@" < /dev/zero', 'sh'],
      started: (child) =>
        void until(() => processesWith(place.home.root).some(({ command }) => /sleep 600$/.test(command))).then(() =>
          child.kill('SIGKILL'),
        ),
    })
    expect(await leftovers(place.home.root)).toEqual([])
  })

  it('that is not there is reported on stderr, with the way to fix it', async () => {
    const place = runPlace()
    place.ready({ nope: { command: 'no-such-program-here', env: { K: '${secret:MINE}' } } }, { MINE: MARKER })
    const { code, stdout, stderr } = await cli(place.home, ['run', 'nope'])
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' })
    expect(stderr).toContain('no-such-program-here')
    expect(textHolds(stderr, MARKER)).toBe(false)
  })
})

describe('a name that run cannot start', () => {
  it('is refused with the nearest one, the missing key, or the switch', async () => {
    const place = runPlace()
    place.ready({ tavily: { command: 'cat', env: { K: '${secret:NOPE}' } }, off: { command: 'cat', disabled: true } })
    expect(await cli(place.home, ['run', 'tavly'])).toMatchObject({ code: 2, stderr: expect.stringContaining('mcp-twin run tavily') })
    expect(await cli(place.home, ['run', 'tavily'])).toMatchObject({ code: 1, stderr: expect.stringContaining('mcp-twin secret set NOPE') })
    expect(await cli(place.home, ['run', 'off'])).toMatchObject({ code: 2, stderr: expect.stringContaining('mcp-twin enable off') })
    expect(await cli(place.home, ['run', '--json', 'off'])).toMatchObject({ code: 2 })
  })

  it('is not looked for in a manifest of the working directory', async () => {
    const place = runPlace()
    place.ready({})
    place.home.write(
      'project/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { evil: { command: 'sh', args: ['-c', 'touch started'] } } }),
    )
    const { code } = await cli(place.home, ['run', 'evil'], { cwd: place.home.path('project') })
    expect(code).toBe(2)
    expect(place.home.has('project/started')).toBe(false)
  })
})

describe('a side that is not home', () => {
  const launches = (key: string) => ({
    version: 1,
    servers: {
      tell: {
        entry: { kind: 'stdio', command: nodePath, args: ['-e', tellEnvironment], env: { MY_KEY: key } },
        keys: ['MINE'],
        script: false,
      },
    },
  })

  it('starts from what the last sync left there', async () => {
    const place = runPlace()
    place.home.write(
      '.mcp-twin/home.json',
      JSON.stringify({ version: 1, environment: 'wsl:Ubuntu', user: 'ana', folder: '/home/ana/.mcp-twin' }),
    )
    place.home.write('.mcp-twin/launches.json', JSON.stringify(launches(MARKER)), 0o600)
    const server = place.start('tell')
    expect(await server.ask('tools/call', { name: 'tell' })).toMatchObject({ told: { key: MARKER } })
    await server.end()
    expect(await cli(place.home, ['run', 'other'])).toMatchObject({ code: 2, stderr: expect.stringContaining('mcp-twin') })
  })

  it('refuses a file that others may read', async () => {
    const place = runPlace()
    place.home.write(
      '.mcp-twin/home.json',
      JSON.stringify({ version: 1, environment: 'wsl:Ubuntu', user: 'ana', folder: '/home/ana/.mcp-twin' }),
    )
    const file = place.home.write('.mcp-twin/launches.json', JSON.stringify(launches(MARKER)), 0o644)
    const { code, stderr } = await cli(place.home, ['run', 'tell'])
    expect({ code, hint: stderr.includes(`chmod 600 ${file}`) }).toEqual({ code: 1, hint: true })
    expect(readFileSync(file, 'utf8')).toContain('mk')
    expect(textHolds(stderr, MARKER)).toBe(false)
  })
})

async function until(holds: () => boolean): Promise<void> {
  let over = false
  onTestFinished(() => {
    over = true
  })
  while (!holds() && !over) await pause(20)
}
