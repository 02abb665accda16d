import { Client } from '@modelcontextprotocol/client'
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio'
import { existsSync, readdirSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import { leftovers, processesWith } from '../../support/processes.ts'
import { sample } from '../../support/runs.ts'
import { dualServer, KEY, keyed, legacyServer, type MissingPlace, missingPlace, published } from './missing.ts'

const HELLO = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } }
let place: MissingPlace

beforeEach(async () => {
  place = await missingPlace()
})
afterEach(async () => {
  await place.registry.close()
  place.home.remove()
})

/** The SDK's client, connected to `run --project`. */
async function connected(name: string, mode: 'legacy' | 'auto' | { pin: string }) {
  const transport = new StdioClientTransport(place.launch(name))
  const told: string[] = []
  const client = new Client(
    { name: 'test', version: '1' },
    {
      versionNegotiation: { mode },
      listChanged: { tools: { autoRefresh: false, debounceMs: 0, onChanged: () => void told.push('tools') } },
    },
  )
  let stderr = ''
  transport.stderr?.on('data', (chunk) => {
    stderr += chunk
  })
  await client.connect(transport)
  return { client, told, stderr: () => stderr }
}

const modes = ['legacy', 'auto', { pin: '2026-07-28' }] as const
const pairs = modes.flatMap((mode) => ['legacy', 'dual'].map((kind) => [mode, kind] as const))

describe('a client whose server is not installed yet', () => {
  it.each(sample(pairs, 4))(
    'of the mode %j is answered at once, and works with a server of the kind %s when that is there',
    async (mode, kind) => {
      const text = kind === 'legacy' ? legacyServer : await dualServer(place.home.root)
      await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', text, kind === 'dual' ? { type: 'module' } : {}))
      const open = place.registry.keepBack('pkg')
      const { client, stderr } = await connected('tool', mode)
      expect(client.getNegotiatedProtocolVersion()).toBe(mode === 'legacy' ? '2025-11-25' : '2026-07-28')
      const tools = client.listTools()
      open()
      expect((await tools).tools.map(({ name }) => name)).toEqual(['tell'])
      expect((await client.callTool({ name: 'tell', arguments: {} })).content).toEqual([{ type: 'text', text: `key ${KEY}` }])
      expect((await client.listPrompts()).prompts).toEqual([])
      expect((await client.listResources()).resources).toEqual([])
      expect(stderr()).toContain('not installed')
      await client.close()
      expect(await leftovers(place.home.root)).toEqual([])
      expect(readdirSync(place.npm())).toEqual(['pkg@1.0.0'])
    },
  )
})

describe('a server that is not installed for long', () => {
  it('lists nothing after 20 s, and says when that has changed, to clients of both eras', async () => {
    await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', legacyServer))
    const open = place.registry.keepBack('pkg')
    const clients = [await connected('tool', 'legacy'), await connected('tool', 'auto')]
    const lists = await Promise.all(clients.map(({ client }) => client.listTools()))
    expect(lists.map(({ tools }) => tools)).toEqual([[], []])
    open()
    for (const { client, told } of clients) {
      await expect.poll(() => told).toEqual(['tools'])
      expect((await client.listTools()).tools).toHaveLength(1)
      await client.close()
    }
  })
})

describe('an installation behind a client that waits', () => {
  const stalled = async () => {
    await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', legacyServer))
    place.registry.stalled.add('pkg')
    const server = place.start('tool')
    await server.ask('initialize', HELLO)
    const asked = server.ask('tools/list').catch((error: Error) => error.message)
    await expect.poll(() => place.registry.requests.some((path) => path.endsWith('.tgz'))).toBe(true)
    return { server, asked }
  }
  const expectClean = async () => {
    expect(await leftovers(place.home.root)).toEqual([])
    expect(readdirSync(place.npm())).toEqual([])
    expect(readdirSync(place.home.path('.mcp-twin/locks'))).toEqual([])
  }

  it('that goes wrong is reported, and nothing is left', async () => {
    const packages = published(place.registry, 'pkg', legacyServer)
    published(place.registry, 'pkg', 'process.exit(66)')
    await place.project({ tool: keyed('pkg@1.0.0') }, packages)
    const server = place.start('tool')
    await server.ask('initialize', HELLO)
    await expect(server.ask('tools/list')).rejects.toThrow('differs from the pinned one')
    expect(await server.end()).toMatchObject({ code: 1 })
    expect(server.stderr()).toContain('differs from the pinned one')
    await expectClean()
    const nobody = await cli(place.home, ['run', '--project=.', 'tool'], { cwd: place.site })
    expect(nobody).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('differs from the pinned one') })
  })

  it('is reported to a client that asks only after it has failed', async () => {
    await place.project({ tool: keyed('gone@1.0.0') }, { 'gone@1.0.0': { name: 'gone', version: '1.0.0', bin: { gone: 'server.js' } } })
    const server = place.start('tool')
    await server.ask('initialize', HELLO)
    await expect.poll(() => server.stderr()).toContain('there is no package gone')
    expect(await server.ask('ping')).toEqual({})
    await expect(server.ask('tools/list')).rejects.toThrow('there is no package gone')
    expect(await server.end()).toMatchObject({ code: 1 })
  })

  it('ends with the input of the client', async () => {
    const { server } = await stalled()
    expect(await server.end()).toMatchObject({ code: 0 })
    await expectClean()
  })

  it.each(sample(['SIGTERM', 'SIGINT', 'SIGHUP'] as const, 1))('ends by %s', async (signal) => {
    const { server, asked } = await stalled()
    process.kill(server.pid ?? 0, signal)
    expect(await asked).toContain('ended with 130')
    await expectClean()
  })

  it('that is killed is taken over by the next start', async () => {
    const { server, asked } = await stalled()
    process.kill(server.pid ?? 0, 'SIGKILL')
    await asked
    for (const { pid } of processesWith(place.home.root)) process.kill(pid, 'SIGKILL')
    place.registry.stalled.clear()
    const next = place.start('tool')
    await next.ask('initialize', HELLO)
    expect(await next.ask('tools/list')).toMatchObject({ tools: [{ name: 'tell' }] })
    await next.end()
    expect(readdirSync(place.npm())).toEqual(['pkg@1.0.0'])
  })

  it('happens once where several clients start', async () => {
    await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', legacyServer))
    const lists = await Promise.all(
      [1, 2, 3].map(async () => {
        const server = place.start('tool')
        await server.ask('initialize', HELLO)
        const { tools } = await server.ask('tools/list')
        await server.end()
        return tools
      }),
    )
    expect(lists.map((tools) => (tools as unknown[]).length)).toEqual([1, 1, 1])
    expect(place.registry.requests.filter((path) => path.endsWith('.tgz'))).toHaveLength(1)
  })

  it('is waited for where no client waits', async () => {
    await place.project({ tool: keyed('pkg@1.0.0') }, published(place.registry, 'pkg', 'console.log(process.env.K)'))
    expect(await cli(place.home, ['run', '--project=.', 'tool'], { cwd: place.site })).toMatchObject({ code: 0, stdout: `${KEY}\n` })
  })
})

describe('the package of a trusted project', () => {
  const at = (...words: string[]) => cli(place.home, words, { cwd: place.site })
  const installed = () => (existsSync(place.npm()) ? readdirSync(place.npm()) : [])
  const servers = { tool: keyed('pkg@1.0.0'), plain: { package: 'keyless@1.0.0' } }
  const packages = () => ({ ...published(place.registry, 'pkg', 'console.log("started")'), ...published(place.registry, 'keyless', '') })

  it('is installed by trust and by sync, where run starts it, and stays when nothing else names it', async () => {
    await place.project(servers, packages())
    expect(installed()).toEqual([])
    expect((await at('trust')).code).toBe(0)
    expect(installed()).toEqual(['pkg@1.0.0'])
    rmSync(place.npm(), { recursive: true })
    expect((await at('sync', '--json')).json).toMatchObject({ inSync: true, notices: [] })
    expect(installed()).toEqual(['pkg@1.0.0'])
    for (let times = 0; times < 2; times++) expect((await at('sync', '--user', '--yes')).code).toBe(0)
    expect(installed()).toEqual(['pkg@1.0.0'])
    expect((await at('trust', '--revoke', place.site)).code).toBe(0)
    place.home.write('.mcp-twin/mcp-twin.json', '{"version":1,"servers":{"a":{"command":"true"}},"bridge":{"enabled":false}}')
    expect((await at('sync', '--user', '--yes')).code).toBe(0)
    expect(installed()).toEqual([])
  })

  it('is not installed by a sync of a project that is not trusted', async () => {
    await place.project({ tool: servers.tool }, packages())
    place.home.write(
      'work/site/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { tool: keyed('pkg@1.0.0', { allowScripts: true }) } }),
    )
    await at('sync')
    expect(installed()).toEqual([])
  })

  it('that cannot be installed is reported, and trusted all the same', async () => {
    await place.project(servers, packages())
    published(place.registry, 'pkg', 'console.log("other")')
    const trusted = await at('trust', '--json')
    expect(trusted).toMatchObject({ code: 0, json: { notices: [expect.stringContaining('differs from the pinned one')] } })
    expect(installed()).toEqual([])
  })
})

describe('the folder of a project', () => {
  it('does not decide where its packages come from', async () => {
    const evil = await missingPlace()
    published(evil.registry, 'pkg', 'process.exit(66)')
    const settings = `registry=${evil.registry.url}\nignore-scripts=false\n`
    for (const folder of ['work', 'work/site', 'work/site/sub']) place.home.write(`${folder}/.npmrc`, settings)
    place.home.write('work/site/package.json', JSON.stringify({ name: 'site', workspaces: ['*'] }))
    const witness = place.home.path('npx-was-started')
    place.home.write('bin/npx', `#!/bin/sh\ntouch ${witness}\n`, 0o755)
    const env = { K: '${secret:MINE}', npm_config_registry: evil.registry.url, NPM_CONFIG_USERCONFIG: `${place.site}/.npmrc` }
    const servers = { tool: { package: 'pkg@1.0.0', launch: 'npx' as const, env } }
    await place.project(servers, published(place.registry, 'pkg', legacyServer), { launch: 'npx' })
    const server = place.start('tool', {
      PATH: `${place.home.path('bin')}:${place.home.env.PATH}`,
      npm_config_registry: evil.registry.url,
      npm_config_local_prefix: place.site,
    })
    await server.ask('initialize', HELLO)
    expect(await server.ask('tools/call', { name: 'tell' })).toEqual({ content: [{ type: 'text', text: `key ${KEY}` }] })
    await server.end()
    expect(evil.registry.requests).toEqual([])
    expect(existsSync(witness)).toBe(false)
    await evil.registry.close()
  })

  it('gets no install script started, and where one is allowed it sees no key', async () => {
    const witness = place.home.path('ran')
    const script = `node -e "require('fs').appendFileSync('${witness}', JSON.stringify(process.env))"`
    const packages = published(place.registry, 'pkg', legacyServer, { scripts: { preinstall: script, postinstall: script } })
    await place.project({ tool: keyed('pkg@1.0.0') }, packages)
    const first = place.start('tool')
    await first.ask('initialize', HELLO)
    expect(await first.ask('tools/list')).toMatchObject({ tools: [{ name: 'tell' }] })
    await first.end()
    expect(existsSync(witness)).toBe(false)
    await place.project({ tool: keyed('pkg@1.0.0', { allowScripts: true }) }, packages)
    const second = place.start('tool')
    await second.ask('initialize', HELLO)
    await second.ask('tools/list')
    await second.end()
    expect(place.home.read('ran')).not.toContain(KEY)
  })
})
