import { mkdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { startAsDesktop } from '../../support/desktop.ts'
import { putInstalled } from '../../support/installed.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { processesWith } from '../../support/processes.ts'
import { sample } from '../../support/runs.ts'
import {
  codeFile,
  cursorFile,
  desktopFile,
  errorOf,
  expectTidy,
  home,
  oldFile,
  settingsFor,
  stepsAs,
  tinyRegistry,
  treeOf,
} from '../support/place.ts'

interface Entry {
  command: string
  args?: string[]
  env?: Record<string, string>
}

describe("README's command in a home that knows nothing of us, with real npm", () => {
  const place = home()
  const files = [codeFile, oldFile, cursorFile, desktopFile]

  beforeAll(async () => {
    mkdirSync(place.path('.cursor'), { recursive: true })
    mkdirSync(place.path('.config/Claude'), { recursive: true })
    const before = treeOf(place.home)
    const dry = await place.run(['init', '--yes', '--server', 'memory', '--dry-run'])
    expect(dry, dry.output).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing was changed') })
    expect(treeOf(place.home)).toEqual(before)
    const first = await place.run(['init', '--yes', '--server', 'memory'])
    expect(first, first.output).toMatchObject({ code: 0 })
    expect(first.stdout).toContain('✓ memory')
    expect(first.stdout).toContain('quit Claude Desktop fully')
    expect(first.stdout).toContain('mcp-twin undo')
  })

  it('writes every config of a program that is there, and nothing beside it', () => {
    for (const file of files) {
      const entry = place.servers(file).memory as Entry
      expect(Object.keys(entry)).toEqual(['command', 'args', 'env'])
      expect(entry.command).toBe(process.execPath)
      expect(entry.args?.[0]).toMatch(/\/\.mcp-twin\/npm\/@modelcontextprotocol\+server-memory@[\d.]+\/.*index\.js$/)
    }
    expectTidy(place.home)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      version: 1,
      servers: { memory: { package: '@modelcontextprotocol/server-memory' } },
    })
    expect(place.readJson('.mcp-twin/mcp-twin.lock.json')).toMatchObject({
      packages: {
        '@modelcontextprotocol/server-memory': {
          version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
          integrity: expect.stringMatching(/^sha512-/),
        },
      },
    })
  })

  it('installs itself, and its launcher works without anything of the checkout', async () => {
    const { stdout, code } = await place.run(['--version'], { program: place.path('.mcp-twin/bin/mcp-twin.mjs') })
    expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+\.\d+\.\d+\n$/) })
  })

  it('writes servers that answer when Claude Desktop starts them', async () => {
    const answer = await startAsDesktop(place, place.servers(desktopFile).memory as Entry)
    expect(answer.tools.length).toBeGreaterThan(3)
    expect(answer.stray).toEqual([])
  })

  it('changes nothing when it is run again, and says so', async () => {
    const before = treeOf(place.home)
    const again = await place.run(['init', '--yes', '--server', 'memory'])
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('nothing to do') })
    const document = await place.json(['init', '--yes', '--server', 'memory'])
    expect(document).toMatchObject({ code: 0, command: 'init', inSync: true, changed: false, run: null, steps: [], restart: [] })
    for (const args of [['sync'], ['sync', '--check'], ['sync', '--dry-run'], ['list']]) expect((await place.run(args)).code).toBe(0)
    expect(treeOf(place.home)).toEqual(before)
    expect(processesWith(place.root)).toEqual([])
  })

  it('checks many servers at once without a word of warning', async () => {
    const crowded = home()
    putProgram(crowded.path('.mcp-twin'))
    crowded.manifest(Object.fromEntries(Array.from({ length: 14 }, (_, at) => [`s${at}`, { ...crowded.tiny, env: { N: String(at) } }])))
    const result = await crowded.run(['init', '--yes'])
    expect(result).toMatchObject({ code: 0, stdout: expect.stringContaining('✓ s13') })
    expect(result.stderr).not.toContain('Warning')
  })

  it('touches no network with nothing to install', async () => {
    const nowhere = { npm_config_registry: 'http://127.0.0.1:9/', HTTPS_PROXY: 'http://127.0.0.1:9' }
    expect(await place.json(['sync'], { env: nowhere })).toMatchObject({ code: 0, inSync: true, changed: false })
  })

  it('is taken back by one undo', async () => {
    expect((await place.run(['undo'])).code).toBe(0)
    for (const file of files) expect(place.has(file)).toBe(false)
    expect(place.has('.config/claude')).toBe(false)
    expect(place.has('.cursor')).toBe(true)
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
  })
})

describe('init', () => {
  let registry: MiniRegistry
  beforeAll(async () => {
    registry = await tinyRegistry()
  })
  const fresh = () => home({ npmrc: settingsFor(registry) })
  const withProgram = () => {
    const place = fresh()
    putProgram(place.path('.mcp-twin'))
    return place
  }

  it('answers with a document that has every field', async () => {
    const place = fresh()
    const document = await place.json(['init', '--yes', '--no-bridge', '--server', 'tiny-server@1.0.0'])
    expect(document).toMatchObject({ code: 0, command: 'init', inSync: true, changed: true, run: expect.any(String) })
    expect(document.environments).toEqual([
      {
        id: 'linux',
        kind: 'linux',
        label: 'Linux',
        home: place.home,
        node: { path: process.execPath, version: process.version.slice(1) },
        npmPrefix: expect.any(String),
        reach: 'native',
      },
    ])
    expect(document.imported).toEqual([])
    expect(stepsAs(document)).toEqual([
      'install - tiny-server add done',
      'install - - add done',
      'write claude-code tiny-server add done',
      'write claude-code-config tiny-server add done',
    ])
    expect(document.restart).toEqual(['claude-code'])
  })

  it('plans the same as it does, and writes nothing with --dry-run', async () => {
    const place = fresh()
    const before = treeOf(place.home)
    const document = await place.json(['init', '--yes', '--no-bridge', '--server', 'tiny-server@1.0.0', '--dry-run'])
    expect(document).toMatchObject({ code: 0, inSync: false, changed: false, run: null })
    expect(stepsAs(document)).toEqual([
      'install - tiny-server add planned',
      'install - - add planned',
      'write claude-code tiny-server add planned',
      'write claude-code-config tiny-server add planned',
    ])
    expect(treeOf(place.home)).toEqual(before)
  })

  it('writes the manifest and nothing else with --no-install', async () => {
    const place = fresh()
    place.write(codeFile, '{"mcpServers":{"mine":{"command":"x"}}}')
    const before = place.read(codeFile)
    expect(await place.json(['init', '--yes', '--no-install', '--server', 'tiny-server@1.0.0'])).toMatchObject({
      code: 0,
      changed: true,
      inSync: false,
    })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: { 'tiny-server': { package: 'tiny-server@1.0.0' }, mine: { command: 'x' } },
    })
    expect(place.read(codeFile)).toBe(before)
    for (const each of ['npm', 'app', 'bin']) expect(place.has(`.mcp-twin/${each}`)).toBe(false)
    putInstalled(registry, place.path('.mcp-twin'), 'tiny-server@1.0.0')
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(oldFile)).toMatchObject({ 'tiny-server': expect.anything(), mine: { command: 'x' } })
  })

  it('takes nothing over with --no-import, and only one program’s servers with --from', async () => {
    const place = withProgram()
    place.write(codeFile, '{"mcpServers":{"code-one":{"command":"a"}}}')
    place.write(cursorFile, '{"mcpServers":{"cursor-one":{"command":"b"}}}')
    const none = await place.json(['init', '--yes', '--no-bridge', '--no-import'])
    expect(none).toMatchObject({ code: 0, imported: [] })
    expect(none.unmanaged.map(({ client, server }) => `${client} ${server}`)).toEqual(['claude-code code-one', 'cursor cursor-one'])
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: {} })
    const one = await place.json(['init', '--yes', '--no-bridge', '--from', 'cursor'])
    expect(one.imported).toEqual([{ environment: 'linux', client: 'cursor', server: 'cursor-one' }])
    expect(Object.keys(place.servers(codeFile))).toEqual(['code-one', 'cursor-one'])
    expect(await place.run(['init', '--yes', '--from', 'curser'])).toMatchObject({ code: 2, stderr: expect.stringContaining('"cursor"') })
  })

  it('names the nearest server of the list when there is none of that name', async () => {
    const place = fresh()
    const before = treeOf(place.home)
    const result = await place.run(['init', '--yes', '--server', 'memroy', '--json'])
    expect(result.code).toBe(2)
    expect(errorOf(result)).toMatchObject({
      code: 'usage',
      message: expect.stringContaining('memroy'),
      hint: expect.stringContaining('memory'),
    })
    expect(treeOf(place.home)).toEqual(before)
  })

  it('continues with the rest when a package does not exist, and says which', async () => {
    const place = withProgram()
    putInstalled(registry, place.path('.mcp-twin'), '@tiny/other@2.0.0')
    const document = await place.json(['init', '--yes', '--no-bridge', '--server', '@tiny/other', '--server', '@tiny/absent'])
    expect(document).toMatchObject({ code: 1, inSync: false, changed: true })
    const failed = document.steps.filter((step) => step.outcome === 'failed')
    expect(failed).toHaveLength(1)
    expect(failed[0]?.reason).toContain('@tiny/absent')
    expect(Object.keys(place.servers(codeFile))).toEqual(['other'])
  })

  it('adds nothing when there is no such package, and guesses which was meant', async () => {
    const place = fresh()
    place.manifest({})
    const before = treeOf(place.home)
    const result = await place.run(['add', 'web', '--package', 'tavily-mpc', '--json'])
    expect(result.code).toBe(1)
    expect(errorOf(result)).toMatchObject({ message: expect.stringContaining('tavily-mpc'), hint: expect.stringContaining('tavily-mcp') })
    expect(treeOf(place.home)).toEqual(before)
  })

  it('asks nothing of a registry when --offline, and writes what it can', async () => {
    const place = withProgram()
    place.write(codeFile, '{"mcpServers":{"mine":{"command":"x"}}}')
    const seen = registry.requests.length
    const document = await place.json(['init', '--yes', '--no-bridge', '--offline', '--server', '@tiny/other'], {
      env: { npm_config_cache: place.path('empty') },
    })
    expect(document.code).toBe(1)
    expect(registry.requests.length).toBe(seen)
    expect(Object.keys(place.servers(oldFile))).toEqual(['mine'])
  })
})

describe('keys brought to init', () => {
  const KEY = 'tvly-dev-Zq81mcP0aKx77RdLw2'
  const manifestWith = (place: ReturnType<typeof home>) =>
    place.manifest({ keyed: { ...place.tiny, env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } } })
  const stored = (place: ReturnType<typeof home>) => JSON.stringify(place.readJson('.mcp-twin/secrets.json'))

  it.each([
    ['a file', ['--secrets', 'keys.env'], {}],
    ['standard input', ['--secrets', '-'], { input: `# mine\nexport TAVILY_API_KEY="${KEY}"\n` }],
    ['the environment', [], { env: { MCP_TWIN_SECRET_TAVILY_API_KEY: KEY } }],
  ])('come from %s', async (_from, flags, options) => {
    const place = home()
    putProgram(place.path('.mcp-twin'))
    manifestWith(place)
    place.write('keys.env', `TAVILY_API_KEY=${KEY}\n`, 0o600)
    const document = await place.json(['init', '--yes', ...flags], options)
    expect(document).toMatchObject({ code: 0, inSync: true })
    expect(stored(place)).toContain(KEY)
    expect(place.servers(codeFile)).toMatchObject({ keyed: { env: { TAVILY_API_KEY: KEY } } })
    for (const file of [codeFile, '.mcp-twin/secrets.json']) expect(treeOf(place.home).get(file)?.[1]).toBe(0o600)
    expect(JSON.stringify(document)).not.toContain(KEY)
  })

  it('are reported by name when missing, with both ways to give them', async () => {
    const place = home()
    putProgram(place.path('.mcp-twin'))
    place.manifest({ keyed: { command: 'node', env: { K: '${secret:SOME_KEY}' } }, plain: place.tiny })
    const document = await place.json(['init', '--yes'])
    expect(document.code).toBe(3)
    const refused = document.steps.filter((step) => step.outcome === 'refused')
    expect(new Set(refused.map((step) => step.server))).toEqual(new Set(['keyed']))
    for (const { reason, hint } of refused) {
      expect(reason).toContain('SOME_KEY')
      expect(`${reason} ${hint}`).toContain('--secrets')
      expect(`${reason} ${hint}`).toContain('MCP_TWIN_SECRET_SOME_KEY')
    }
    expect(Object.keys(place.servers(codeFile))).toEqual(['plain'])
  })

  it('are refused in an unknown form, by line number without the line', async () => {
    const place = home()
    const result = await place.run(['init', '--yes', '--secrets', '-', '--json'], { input: `A_KEY=fine\n${KEY}\n` })
    expect(result.code).toBe(2)
    expect(errorOf(result)).toMatchObject({ line: 2 })
    expect(result.output).not.toContain(KEY)
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
  })
})

describe('a command line that makes no sense', () => {
  const place = home()
  beforeAll(() => place.manifest({}))

  it.each([
    ['an unknown command', ['innit'], /init/],
    ['an unknown flag', ['init', '--servers', 'x'], /--server/],
    ['a flag without its value', ['init', '--server'], /--server/],
    ['two that exclude each other', ['sync', '--adopt', '--force'], /--adopt/],
    ['an unknown client', ['sync', '--client', 'claude-desk'], /claude-desktop/],
    ['an unknown environment', ['sync', '--on', 'windws'], /windows/],
  ])('ends with 2 and the right way, and changes nothing: %s', async (_what, args, words) => {
    const before = treeOf(place.home)
    const result = await place.run(args)
    expect(result).toMatchObject({ code: 2, stdout: '' })
    expect(result.stderr).toMatch(words)
    expect(result.stderr).not.toMatch(/\n\s+at .*:\d+:\d+/)
    expect(treeOf(place.home)).toEqual(before)
  })

  it('prints one JSON document all the same', async () => {
    for (const args of [['innit'], ['sync', '--client', 'nope'], ['remove', 'absent'], ['run', 'x']]) {
      const result = await place.run([...args, '--json'])
      expect(result.code).toBe(2)
      expect(errorOf(result)).toMatchObject({ code: expect.any(String), message: expect.any(String) })
    }
  })

  it('is helped by examples for every command', async () => {
    const { stdout } = await place.run(['--help'])
    const commands = [...stdout.matchAll(/^ {2}([a-z]+)(?:\|\w+)? /gm)].map(([, name = '']) => name).filter((name) => name !== 'help')
    expect(commands).toEqual(
      expect.arrayContaining(['init', 'sync', 'add', 'remove', 'enable', 'disable', 'rename', 'list', 'secret', 'undo']),
    )
    // test/unit/cli/parse.test.ts prints every one of them.
    for (const command of sample(commands, 3)) {
      const help = await place.run([command, '--help'])
      expect(help, command).toMatchObject({ code: 0, stdout: expect.stringContaining('Examples:') })
    }
  })
})
