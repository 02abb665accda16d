import { beforeAll, describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import { type McpRegistry, mcpRegistry } from '../../support/mcp-registry.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { errorOf, type Home, home, settingsFor, tinyRegistry } from '../support/place.ts'

let packages: MiniRegistry
beforeAll(async () => {
  packages = await tinyRegistry()
})

const stdio = { transport: { type: 'stdio' } }
const tiny = { registryType: 'npm', identifier: 'tiny-server', version: '1.0.0', ...stdio }
const key = { name: 'TINY_KEY', isRequired: true, isSecret: true }
const name = 'io.github.ana/tiny'

interface Ground {
  readonly place: Home
  readonly registry: McpRegistry
  run(...args: string[]): ReturnType<Home['run']>
  servers(): Record<string, unknown>
}

async function ground(): Promise<Ground> {
  const place = home({ npmrc: settingsFor(packages) })
  place.manifest({})
  const registry = await mcpRegistry()
  registry.publish({ name, version: '1.0.0', description: 'Tiny notes', packages: [{ ...tiny, environmentVariables: [key] }] })
  const run = (...args: string[]) => place.run(args, { env: { MCP_TWIN_REGISTRY: registry.url } })
  const servers = () => (place.readJson('.mcp-twin/mcp-twin.json') as { servers: Record<string, unknown> }).servers
  return { place, registry, run, servers }
}

describe('search', () => {
  it('asks once a word, and shows what add would take, the keys that it needs, and what is not for it', async () => {
    const { run, registry } = await ground()
    registry.publish({
      name: 'io.github.eve/tiny-image',
      version: '2.0.0',
      description: 'tiny',
      packages: [{ registryType: 'oci', identifier: 'x' }],
    })
    registry.publish({ name: 'io.github.eve/tiny-old', version: '1.0.0', description: 'tiny', remotes: [] }, 'deleted')
    const { json, code } = await run('search', 'tiny', '--json')
    expect(code).toBe(0)
    expect(json).toMatchObject({
      ...{ command: 'search', more: false },
      servers: [
        {
          name,
          title: null,
          description: 'Tiny notes',
          version: '1.0.0',
          kind: 'npm',
          keys: ['TINY_KEY'],
          status: 'active',
          addable: true,
        },
        { name: 'io.github.eve/tiny-image', kind: 'oci', addable: false, reason: expect.stringContaining('docker') },
        { name: 'io.github.eve/tiny-old', status: 'deleted', addable: false },
      ],
    })
    expect(registry.requests).toEqual(['/v0.1/servers?search=tiny&version=latest&limit=100'])
    const words = await run('search', 'notes', 'tiny', 'ana', 'more')
    expect(words).toMatchObject({ code: 0, stdout: expect.stringContaining('has no server with notes and tiny and ana and more') })
    expect(registry.requests).toHaveLength(4)
    const shown = await run('search', 'tiny', 'notes')
    expect(shown.stdout).toMatch(
      /io\.github\.ana\/tiny\s+1\.0\.0\s+npm\s+TINY_KEY\s+active[\s\S]*To add one:\n +mcp-twin add io\.github\.ana\/tiny\n/,
    )
  })

  it('asks for nothing where no word is given, or an empty one', async () => {
    const { run, registry } = await ground()
    for (const words of [[], [''], ['', '  ']]) expect(await run('search', ...words)).toMatchObject({ code: 2 })
    expect(registry.requests).toEqual([])
  })

  it('shows what a stranger wrote with its hidden characters as escapes', async () => {
    const { run, registry } = await ground()
    registry.publish({ name: 'io.github.eve/odd', version: '1.0.0', description: 'tiny \u001b[31m\u202eevil', packages: [tiny] })
    const { stdout } = await run('search', 'odd')
    expect(stdout).not.toContain('\u001b[31m')
    expect(stdout).not.toContain('\u202e')
    expect(stdout).toContain('evil')
  })
})

describe('add of a name of the registry', () => {
  it('is a Python package in the exact version of the entry where only PyPI has it', async () => {
    const { run, servers, registry } = await ground()
    const notes = { registryType: 'pypi', identifier: 'notes-mcp', version: '2.0.1', ...stdio }
    registry.publish({ name: 'io.github.ana/notes', version: '2.0.1', description: 'Notes', packages: [notes] })
    const { code, output } = await run('add', 'io.github.ana/notes', '--yes', '--no-sync')
    expect(code, output).toBe(0)
    expect(output).toMatch(/Python package notes-mcp@2\.0\.1/)
    expect(servers()).toEqual({ notes: { pypi: 'notes-mcp@2.0.1' } })
  })

  it('is an ordinary package in the exact version of the entry, and nothing remembers the registry', async () => {
    const { run, servers, place, registry } = await ground()
    const { code, output, stdout } = await run('add', name, '--yes')
    expect(code, output).toBe(3)
    expect(stdout).toContain('npm package tiny-server@1.0.0')
    expect(output).toContain('proves who owns this name, not that the code is good')
    expect(output).toContain('mcp-twin secret set TINY_KEY')
    expect(servers()).toEqual({ tiny: { package: 'tiny-server@1.0.0', env: { TINY_KEY: '${secret:TINY_KEY}' } } })
    expect(place.read('.mcp-twin/mcp-twin.json')).not.toContain('io.github')
    expect(registry.requests).toEqual(['/v0.1/servers/io.github.ana%2Ftiny/versions/latest'])
  })

  it('is installed and answers', async () => {
    const { run, servers, registry } = await ground()
    registry.publish({ name: 'io.github.ana/two', version: '1.2.0', packages: [{ ...tiny, version: '1.1.0' }] })
    registry.publish({ name: 'io.github.ana/two', version: '1.3.0', packages: [tiny] })
    const { code, output } = await run('add', 'io.github.ana/two@1.2.0', '--yes', '--name', 'mine')
    expect(code, output).toBe(0)
    expect(servers()).toEqual({ mine: { package: 'tiny-server@1.1.0' } })
  })

  it('takes the address with --remote', async () => {
    const { run, servers, registry } = await ground()
    const remotes = [{ type: 'streamable-http', url: 'https://notes.example/mcp' }]
    registry.publish({ name: 'io.github.ana/both', version: '1.0.0', packages: [tiny], remotes })
    await run('add', 'io.github.ana/both', '--remote', '--yes', '--no-sync')
    expect(servers()).toEqual({ both: { url: 'https://notes.example/mcp', transport: 'http' } })
  })

  it('never gives the server a stored key of that name without a question', async () => {
    const { run, servers, place } = await ground()
    place.write('.mcp-twin/secrets.json', JSON.stringify({ TINY_KEY: 'another-servers-key-1234' }), 0o600)
    await run('add', name, '--yes', '--no-sync')
    expect(servers()).toEqual({ tiny: { package: 'tiny-server@1.0.0', env: { TINY_KEY: '${secret:TINY_TINY_KEY}' } } })
  })

  it('is refused without a terminal, unless --yes and all values are given', async () => {
    const { run, servers, registry } = await ground()
    const asked = await run('add', name)
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringMatching(/npm package tiny-server@1\.0\.0 would be added[\s\S]*--yes/) })
    registry.publish({
      name: 'io.github.ana/mode',
      version: '1.0.0',
      packages: [{ ...tiny, environmentVariables: [{ name: 'MODE', isRequired: true }] }],
    })
    expect(await run('add', 'io.github.ana/mode', '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('--env MODE=VALUE') })
    expect(servers()).toEqual({})
    expect((await run('add', 'io.github.ana/mode', '--yes', '--no-sync', '--env', 'MODE=fast')).code).toBe(0)
    expect(servers()).toEqual({ mode: { package: 'tiny-server@1.0.0', env: { MODE: 'fast' } } })
  })

  it('is refused with the way by hand, and changes nothing', async () => {
    const { run, servers, registry } = await ground()
    registry.publish({
      name: 'io.github.eve/run',
      version: '1.0.0',
      packages: [{ ...tiny, runtimeArguments: [{ type: 'positional', value: '--registry=x' }] }],
    })
    registry.publish({ name: 'io.github.eve/gone', version: '1.0.0', packages: [tiny] }, 'deleted')
    expect(await run('add', 'io.github.eve/run', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('mcp-twin add npm:tiny-server'),
    })
    expect(await run('add', 'io.github.eve/gone', '--yes')).toMatchObject({ code: 2, stderr: expect.stringContaining('deleted') })
    expect(await run('add', 'io.github.eve/nobody', '--yes')).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/has no io\.github\.eve\/nobody[\s\S]*mcp-twin search nobody/),
    })
    registry.publish({ name: 'io.github.eve/old', version: '1.0.0', packages: [tiny] }, 'deprecated')
    expect(servers()).toEqual({})
    expect((await run('add', 'io.github.eve/old', '--yes', '--no-sync')).stderr).toContain('deprecated')
  })
})

describe('a registry that cannot be asked', () => {
  it.each<[string, NonNullable<McpRegistry['answer']>, RegExp]>([
    ['is down', (response) => response.destroy(), /registry 127\.0\.0\.1:\d+ cannot be used/],
    ['answers with a page', (response) => response.end('<html>'), /no JSON/],
    ['fails', (response) => response.writeHead(502).end(), /HTTP 502/],
    ['leads elsewhere', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1' }).end(), /HTTP 302/],
    ['has no list', (response) => response.end('{"servers":1}'), /no list of servers/],
    ['never ends', (response) => void response.write(`{"servers":["${'x'.repeat(5 * 1024 * 1024)}`), /longer than 4 MiB/],
  ])('%s: exit code 1, in words', async (_, answer, words) => {
    const { run, registry } = await ground()
    registry.answer = answer
    const failed = await run('search', 'tiny', '--json')
    expect(failed.code).toBe(1)
    expect(errorOf(failed).message).toMatch(words)
  })

  it('is not asked with --offline, nor over http on another computer', async () => {
    const { run, registry } = await ground()
    expect(await run('search', 'tiny', '--offline')).toMatchObject({ code: 1, stderr: expect.stringContaining('--offline') })
    expect(await run('add', name, '--offline', '--yes')).toMatchObject({ code: 1, stderr: expect.stringContaining('--offline') })
    for (const address of ['http://registry.example', 'file:///etc', 'x'])
      expect(await run('search', 'tiny', '--registry', address)).toMatchObject({ code: 2, stderr: expect.stringContaining('https://') })
    expect(registry.requests).toEqual([])
    expect((await run('search', 'tiny', '--registry', `${registry.url}/`)).code).toBe(0)
  })
})

describeUnless(lacksTerminal, 'add of a name of the registry at a terminal', () => {
  it('asks for what is required, by a list where there are choices, shows all of it and asks', async () => {
    const { place, registry, servers } = await ground()
    const environmentVariables = [
      { name: 'MODE', isRequired: true, choices: ['slow', 'fast'], description: 'How fast' },
      { name: 'TEAM', isRequired: true },
    ]
    registry.publish({ name: 'io.github.ana/asks', version: '1.0.0', packages: [{ ...tiny, environmentVariables }] }, 'deprecated')
    const screen = await terminal(place, ['add', 'io.github.ana/asks', '--no-sync', '--registry', registry.url])
    await screen.waitFor('How fast')
    await screen.keys('Down', 'Enter')
    await screen.waitFor('TEAM')
    await screen.type('blue')
    await screen.keys('Enter')
    await screen.waitFor('Add it all the same?')
    await screen.type('y')
    await screen.keys('Enter')
    await screen.waitFor('Add this server?')
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(servers()).toEqual({ asks: { package: 'tiny-server@1.0.0', env: { MODE: 'fast', TEAM: 'blue' } } })
  })
})
