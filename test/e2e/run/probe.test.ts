import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { type ProbeOptions, probeAll, probeLaunch, probeRemote } from '../../../src/effects/probe/probe.ts'
import type { Launch } from '../../../src/model/entry.ts'
import { environmentSchema } from '../../../src/model/environment.ts'
import type { System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'
import { atLimit } from '../../support/at-limit.ts'
import { everything, freePort, modern } from '../../support/http-servers.ts'
import { nodePath, projectFolder } from '../../support/machine.ts'
import { leftovers } from '../../support/processes.ts'
import { scratch } from '../../support/scratch.ts'
import { testServers } from '../../support/servers.ts'
import { tinyServer } from './place.ts'

const client = (id: string) => {
  const found = clientById(id)
  if (found === null) throw new Error(`no client ${id}`)
  return found
}

const MARKER = 'probe-key-5f1e8d3c7b2a4960'

function ground() {
  const home = scratch()
  const variables = {
    ...home.env,
    EXTRA: 'from the shell',
    MCP_TWIN_SECRET_X: MARKER,
    USER: 'ana',
    LOGNAME: 'ana',
    SHELL: '/bin/sh',
    TERM: 'dumb',
  }
  const system: System = { ...nodeSystem(), variables }
  const environment = environmentSchema.parse({ id: 'linux', kind: 'linux', self: true, user: 'ana', home: home.home, node: nodePath })
  const options = (more: Partial<ProbeOptions> = {}): ProbeOptions => ({
    client: client('claude-desktop'),
    environment,
    world: { environments: [environment] },
    timeoutMs: 60_000,
    ...more,
  })
  const script = (text: string, env: Record<string, string> = {}): Launch => ({
    command: nodePath,
    args: ['-e', text, '--', home.root],
    env,
  })
  return {
    home,
    system,
    environment,
    options,
    script,
    probe: (launch: Launch, more?: Partial<ProbeOptions>) => probeLaunch(system, launch, options(more)),
  }
}

describe('a server that answers', () => {
  it('is known by its tools and its era, and is gone afterwards', async () => {
    const { memory, everything: js } = await testServers()
    const place = ground()
    const results = await probeAll([
      () => place.probe({ command: nodePath, args: [memory], env: { MEMORY_FILE_PATH: place.home.path('mem.json') } }),
      () => place.probe({ command: nodePath, args: [js, 'stdio'], env: { ROOT: place.home.root } }, { client: client('claude-code') }),
      () => place.probe(place.script(tinyServer('1'))),
    ])
    expect(results[0]).toMatchObject({
      ok: true,
      era: 'legacy',
      serverInfo: { name: 'memory-server' },
      tools: expect.arrayContaining(['create_entities']),
    })
    expect(results[1]).toMatchObject({ ok: true, tools: expect.arrayContaining(['echo']) })
    expect(results[2]).toMatchObject({ ok: true, tools: ['tell'], serverInfo: { name: 'tiny', version: '1' } })
    expect(await leftovers(place.home.root)).toEqual([])
  })

  it('may know the newer era only', async () => {
    const place = ground()
    const client = join(projectFolder, 'node_modules/@modelcontextprotocol/server/dist')
    const js = place.home.write(
      'modern.mjs',
      `import { McpServer, fromJsonSchema } from ${JSON.stringify(join(client, 'index.mjs'))}
       import { serveStdio } from ${JSON.stringify(join(client, 'stdio.mjs'))}
       serveStdio(() => {
         const server = new McpServer({ name: 'm', version: '2' })
         server.registerTool('one', { inputSchema: fromJsonSchema({ type: 'object' }) }, async () => ({ content: [] }))
         return server
       }, { legacy: 'reject' })`,
    )
    expect(await place.probe({ command: nodePath, args: [js], env: {} })).toMatchObject({ ok: true, era: 'modern', tools: ['one'] })
  })

  it('that prints beside the protocol is reported', async () => {
    const place = ground()
    const probe = await place.probe(
      place.script(tinyServer('1', `console.log('Listening, key ' + process.env.K); console.log('{"level":"info"}')`), { K: MARKER }),
    )
    expect(probe).toMatchObject({ ok: true, stdoutNoise: 'Listening, key ••••••••' })
  })

  it('shows no part of a key where what it prints is cut', async () => {
    const place = ground()
    for (const before of [180, 195, 199]) {
      const noise = `console.log('x'.repeat(${before}) + process.env.K + 'y'.repeat(100))`
      const probe = await place.probe(place.script(tinyServer('1', noise), { K: MARKER }))
      expect(probe).toMatchObject({ ok: true, stdoutNoise: expect.stringMatching(/^x+•{1,8}y*$/) })
    }
    const long = `${MARKER}-${'k'.repeat(4000)}`
    const silent = place.script(`console.error(process.env.K + 'y'.repeat(700)); process.exit(1)`, { K: long })
    expect(await place.probe(silent)).toMatchObject({ ok: false, stderrTail: expect.stringMatching(/^•{8}y+$/) })
  })

  it('hides values of six characters and more, since shorter ones are common in ordinary text', async () => {
    const place = ground()
    const probe = await place.probe(
      place.script(`console.error(process.env.K, process.env.L); process.exit(1)`, { K: 's3cret', L: 'short' }),
    )
    expect(probe).toMatchObject({ ok: false, stderrTail: '•••••••• short' })
  })

  it('is started with what its client passes on, in a folder of nobody', async () => {
    const place = ground()
    const file = join(place.home.root, 'seen.json')
    const launch = place.script(
      tinyServer(
        '1',
        `require('node:fs').writeFileSync(${JSON.stringify(file)}, JSON.stringify({ env: process.env, cwd: process.cwd() }))`,
      ),
      { OWN: 'yes' },
    )
    const seen = () => JSON.parse(readFileSync(file, 'utf8'))
    await place.probe(launch)
    expect(Object.keys(seen().env).sort()).toEqual(['HOME', 'LOGNAME', 'OWN', 'PATH', 'SHELL', 'TERM', 'USER'])
    expect(seen().cwd).toBe('/')
    await place.probe(launch, { client: client('claude-code') })
    expect(seen().env).toMatchObject({ EXTRA: 'from the shell', CLAUDECODE: '1', CLAUDE_PROJECT_DIR: place.home.home, OWN: 'yes' })
    expect(JSON.stringify(seen())).not.toContain(MARKER)
  })
})

describe('a server that does not answer', () => {
  it('says why: it is not there, it ended, it is silent', async () => {
    const place = ground()
    const fails = async (launch: Launch, more?: Partial<ProbeOptions>) => {
      const probe = await place.probe(launch, more)
      if (probe.ok) throw new Error('it answered')
      return probe
    }
    expect((await fails({ command: 'no-such-program', args: [], env: {} })).reason).toBe('there is no program "no-such-program"')
    const ended = await fails(place.script(`console.error('no key ' + process.env.K); process.exit(3)`, { K: MARKER }))
    expect(ended).toMatchObject({ reason: 'it ended by itself (exit code 3)', stderrTail: 'no key ••••••••' })
    expect((await fails(place.script('setInterval(() => {}, 1000)'), { timeoutMs: 400 })).reason).toBe(
      'it did not answer the handshake within 0.4 s',
    )
    const half = `process.stdin.on('data', (chunk) => { const m = JSON.parse(String(chunk).split('\\n')[0]); if (m.method === 'initialize') console.log(JSON.stringify({ jsonrpc: '2.0', id: m.id, result: { protocolVersion: '2025-11-25', capabilities: { tools: {} }, serverInfo: { name: 'h', version: '1' } } })) })`
    const late = await atLimit(
      async (timeoutMs) => (await fails(place.script(half), { timeoutMs })).reason,
      (reason) => reason.includes('tools/list'),
    )
    expect(late).toMatch(/^it did not answer tools\/list within [\d.]+ s$/)
    const refusing = `process.stdin.on('data', (chunk) => { for (const line of String(chunk).trim().split('\\n')) console.log(JSON.stringify({ jsonrpc: '2.0', id: JSON.parse(line).id, error: { code: -32000, message: 'token ' + process.env.K + ' is bad' } })) })`
    expect((await fails(place.script(refusing, { K: MARKER }))).reason).toBe('it refused the handshake: token •••••••• is bad')
    expect(await leftovers(place.home.root)).toEqual([])
  })

  it('leaves nothing behind, however stubborn it and its children are', async () => {
    const place = ground()
    const stubborn = `process.on('SIGTERM', () => {}); require('node:child_process').spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)', '--', process.argv.at(-1)], { stdio: 'ignore' }); setInterval(() => {}, 1000)`
    expect(await place.probe(place.script(stubborn), { timeoutMs: 500 })).toMatchObject({ ok: false })
    expect(await leftovers(place.home.root)).toEqual([])
  })

  it('is given up at once when the person says so', async () => {
    const place = ground()
    const controller = new AbortController()
    setTimeout(() => controller.abort(), 200)
    expect(await place.probe(place.script('setInterval(() => {}, 1000)'), { signal: controller.signal })).toMatchObject({
      ok: false,
      reason: 'the check was stopped',
    })
    expect(await leftovers(place.home.root)).toEqual([])
  })
})

describe('a server on another side', () => {
  it('is started by that side’s own way in, with its variables named for the border', async () => {
    const place = ground()
    const other = join(place.home.root, 'other')
    mkdirSync(join(other, 'home'), { recursive: true })
    const seen = join(place.home.root, 'seen.json')
    // Stands for wsl.exe: writes down what crossed, then runs the words.
    const door = place.home.write('door.sh', `#!/bin/sh\nprintf '%s' "$WSLENV" > ${seen}\nexec "$@"\n`, 0o755)
    writeFileSync(join(other, 'home', 'server.js'), tinyServer('1'))
    const wsl = environmentSchema.parse({
      id: 'wsl:U',
      kind: 'wsl',
      distro: 'U',
      user: 'ana',
      home: join(other, 'home'),
      exec: [door],
      files: [{ native: other, here: other }],
    })
    const windows = { ...place.environment, id: 'windows', kind: 'windows' as const }
    const probe = await place.probe(
      { command: nodePath, args: [join(other, 'home', 'server.js')], env: { KEY_X: 'v'.repeat(8) } },
      { environment: wsl, world: { environments: [windows, wsl] } },
    )
    expect(probe).toMatchObject({ ok: true, tools: ['tell'] })
    expect(readFileSync(seen, 'utf8')).toContain('KEY_X/u')
    const closed = { ...wsl, exec: undefined }
    expect(existsSync(seen)).toBe(true)
    expect(
      await place.probe({ command: 'x', args: [], env: {} }, { environment: closed, world: { environments: [place.environment, closed] } }),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('cannot be started') })
  })
})

describe('a remote server', () => {
  it('is asked in the same way', async () => {
    const place = ground()
    const options = { server: 'far', keys: ['FAR'], home: place.home.home, timeoutMs: 60_000 }
    const { url } = await everything('streamableHttp')
    expect(await probeRemote(place.system, { url, transport: 'http', headers: {} }, options)).toMatchObject({
      ok: true,
      tools: expect.arrayContaining(['echo']),
    })
    const far = await modern({ key: 'right' })
    expect(await probeRemote(place.system, { url: far.url, transport: 'http', headers: { 'x-api-key': 'right' } }, options)).toMatchObject({
      ok: true,
      serverInfo: { name: 'modern' },
    })
    expect(
      await probeRemote(place.system, { url: far.url, transport: 'http', headers: { 'x-api-key': 'wrong-value' } }, options),
    ).toMatchObject({ ok: false, reason: expect.stringContaining('mcp-twin secret set FAR') })
    const nowhere = `http://127.0.0.1:${await freePort()}/mcp`
    expect(await probeRemote(place.system, { url: nowhere, transport: 'http', headers: {} }, options)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('ECONNREFUSED'),
    })
  })
})
