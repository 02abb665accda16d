import { mkdirSync, rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { cli } from '../../support/cli.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { factor } from '../../support/runs.ts'
import { scratch } from '../../support/scratch.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { world } from '../../support/world.ts'
import { settingsFor, tinyRegistry } from '../support/place.ts'
import { watching } from '../../support/watching.ts'
import { KEY, speaks, type Trial, tool, trial } from './place.ts'
import { itUnless } from '../../support/left-out.ts'

const MINE = `mine ${KEY}`
const nothing = { command: 'true' }

/** Commands that a person types in their own project, each with what it begins with. */
const edits: [string, string[], object][] = [
  ['add', ['add', 'more', '--command', 'true'], { tool }],
  ['add --no-sync', ['add', 'more', '--command', 'true', '--no-sync'], { tool }],
  ['remove', ['remove', 'more'], { tool, more: nothing }],
  ['disable', ['disable', 'more'], { tool, more: nothing }],
  ['enable', ['enable', 'more'], { tool, more: { ...nothing, disabled: true } }],
  ['rename', ['rename', 'more', 'other'], { tool, more: nothing }],
]

describe('a command that its author types in a trusted project', () => {
  it.each(edits)('keeps it trusted: %s', async (_name, words, servers) => {
    const place = trial()
    place.manifest(servers)
    await place.at(['trust'])
    const before = place.home.read('work/site/mcp-twin.json')
    const said = await place.at([...words, '--json'])
    expect(said.code, said.output).toBe(0)
    expect(place.home.read('work/site/mcp-twin.json')).not.toBe(before)
    expect((await place.started()).out).toBe(MINE)
    expect(JSON.stringify(said.json.notices)).not.toContain('trusted')
  })

  const distrusted: ((place: Trial, servers: object) => unknown)[] = [
    (place) => expect(place.home.has('.mcp-twin/trust.json')).toBe(false),
    async (place, servers) => {
      await place.at(['trust'])
      // A pull.
      place.manifest({ ...servers, tool: { ...tool, args: ['./server.js', 'pulled'] } })
    },
    async (place, servers) => {
      place.manifest(servers)
      await place.at(['trust'])
      place.lock({})
    },
  ]

  // The first command meets every reason, each other one of them, unless the run is a thorough one.
  it.each(edits)('edits an untrusted project, and says how to trust it: %s', async (name, words, servers) => {
    const place = trial()
    place.manifest(servers)
    const at = edits.findIndex(([each]) => each === name)
    for (const prepare of at === 0 || factor > 1 ? distrusted : distrusted.slice(at % 3, (at % 3) + 1)) {
      await prepare(place, servers)
      const said = await place.at([...words, '--json'])
      expect(said.code, said.output).toBe(0)
      expect(said.json.notices.join('\n')).toMatch(/not trusted[\s\S]*mcp-twin trust .*work\/site/)
      expect((await place.started()).out).toBeNull()
    }
  })

  it('gives trust when init creates the manifest, unless a stranger’s lock was there', async () => {
    const place = trial()
    rmSync(`${place.site}/mcp-twin.json`)
    const made = await place.at(['init', '--project', '--yes', '--json'])
    expect(made.code, made.output).toBe(0)
    expect(JSON.stringify(made.json.notices)).not.toContain('trusted')
    expect(
      (await place.at(['add', 'tool', '--secret', 'K', '--command', 'node', '--', './server.js'], { env: { MCP_TWIN_SECRET_K: KEY } }))
        .code,
    ).toBe(0)
    expect((await place.started()).out).toBe(MINE)
    const stranger = trial()
    rmSync(`${stranger.site}/mcp-twin.json`)
    stranger.lock({})
    expect((await stranger.at(['init', '--project', '--yes', '--json'])).json.notices.join('\n')).toContain('not trusted')
    expect(stranger.home.has('.mcp-twin/trust.json')).toBe(false)
  })

  it('does not keep trust for entries adopted from files that came with a pull', async () => {
    const place = trial()
    await place.at(['sync', '--trust'])
    expect((await place.started()).out).toBe(MINE)
    place.home.write('work/site/evil.js', speaks('evil'))
    const pulled = (entry: object) => place.home.write('work/site/.mcp.json', JSON.stringify({ mcpServers: { tool: entry } }))
    // A value in the place of a key: the person's own key of that name stays.
    pulled({ command: 'node', args: ['./evil.js'], env: { K: 'tvly-0a1b2c3d4e5f6a7b8c9d' } })
    const first = await place.at(['sync', '--adopt', '--json'])
    expect(first.json.notices.join('\n')).toContain('keys are not adopted from a project')
    expect(place.home.readJson('.mcp-twin/secrets.json')).toEqual({ MINE: KEY })
    expect((await place.started()).out).toBe(MINE)
    pulled({ command: 'node', args: ['./evil.js'] })
    const said = await place.at(['sync', '--adopt', '--json'])
    expect(place.home.read('work/site/mcp-twin.json')).toContain('evil.js')
    expect(said.json.notices.join('\n')).toContain('not trusted')
    expect((await place.started()).out).toBeNull()
  })

  it('gives no stranger’s entry the person’s key by its name', async () => {
    const place = trial()
    place.home.write('.mcp-twin/secrets.json', JSON.stringify({ TAVILY_API_KEY: KEY }), 0o600)
    rmSync(`${place.site}/mcp-twin.json`)
    const entry = {
      command: 'node',
      args: ['./server.js', '${secret:TAVILY_API_KEY}'],
      env: { TAVILY_API_KEY: 'tvly-0a1b2c3d4e5f6a7b8c9d', K: '${secret:TAVILY_API_KEY}' },
    }
    place.home.write('work/site/.mcp.json', JSON.stringify({ mcpServers: { tool: entry } }))
    const made = await place.at(['init', '--project', '--yes', '--json'])
    expect(made.code, made.output).toBe(0)
    expect(place.home.readJson('.mcp-twin/secrets.json')).toEqual({ TAVILY_API_KEY: KEY, TAVILY_API_KEY_2: entry.env.TAVILY_API_KEY })
    const { servers } = place.home.readJson('work/site/mcp-twin.json') as { servers: { tool: { env: object } } }
    expect(servers.tool.env).toEqual({ TAVILY_API_KEY: '${secret:TAVILY_API_KEY_2}', K: '$${secret:TAVILY_API_KEY}' })
    expect((await place.started()).out).toBe('mine ${secret:TAVILY_API_KEY}')
  })

  it('does not keep trust for what init imports from files that came with a pull', async () => {
    for (const more of [[], ['--no-install']]) {
      const place = trial()
      await place.at(['sync', '--trust'])
      const mcp = place.home.readJson('work/site/.mcp.json') as { mcpServers: object }
      place.home.write(
        'work/site/.mcp.json',
        JSON.stringify({ mcpServers: { ...mcp.mcpServers, pulled: { command: 'node', args: ['./evil.js'] } } }),
      )
      expect((await place.at(['init', '--project', '--yes', '--json', ...more])).json.notices.join('\n')).toContain('not trusted')
      expect(place.home.read('work/site/mcp-twin.json')).toContain('evil.js')
      expect((await place.started()).out).toBeNull()
    }
  })

  it('keeps trust through undo, where what comes back was trusted', async () => {
    const place = trial()
    place.manifest({ tool, more: nothing })
    await place.at(['trust'])
    expect((await place.at(['remove', 'more'])).code).toBe(0)
    expect((await place.at(['undo'])).code).toBe(0)
    expect(place.home.read('work/site/mcp-twin.json')).toContain('more')
    expect((await place.started()).out).toBe(MINE)
    // What comes back here never was.
    const other = trial()
    other.manifest({ tool, more: nothing })
    expect((await other.at(['remove', 'more'])).code).toBe(0)
    await other.at(['trust'])
    const undone = await other.at(['undo', '--json'])
    expect(undone.json.notices.join('\n')).toContain('not trusted')
    expect((await other.started()).out).toBeNull()
  })
})

describe('sync in a project', () => {
  it('writes its files trusted or not, and trusts only with --trust', async () => {
    const place = trial()
    for (const words of [['sync'], ['sync', '--yes'], ['sync', '--check'], ['sync', '--dry-run']]) {
      const said = await place.at([...words, '--json'])
      expect([words, said.json.notices.join('\n')]).toEqual([words, expect.stringMatching(/not trusted.*mcp-twin trust/)])
      expect(place.home.has('.mcp-twin/trust.json')).toBe(false)
    }
    expect(place.home.has('work/site/.mcp.json')).toBe(true)
    const said = await place.at(['sync', '--trust'])
    expect([said.code, said.stderr]).toEqual([0, expect.stringContaining('tool: K=${secret:MINE} node ./server.js')])
    expect((await place.started()).out).toBe(MINE)
    place.lock({})
    expect((await place.at(['sync', '--json'])).json.notices.join('\n')).toMatch(/lock has changed.*mcp-twin trust/)
  })

  itUnless(lacksTerminal, 'asks for trust on a terminal', async () => {
    const place = trial()
    for (const [answer, out] of [
      ['n', null],
      ['y', MINE],
    ] as const) {
      const screen = await terminal(place.home, ['sync'], { cwd: place.site })
      await screen.waitFor('Trust it until it changes?')
      await screen.keys(answer, 'Enter')
      expect(await screen.exit()).toBe(0)
      expect((await place.started()).out).toBe(out)
    }
  })

  it('is refused with --watch and --trust together, since a watcher trusts nothing', async () => {
    const place = trial()
    expect(await place.at(['sync', '--watch', '--trust'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--trust') })
    expect(place.home.has('.mcp-twin/trust.json')).toBe(false)
  })
})

describe('packages of a trusted project', () => {
  let registry: MiniRegistry
  beforeAll(async () => {
    registry = await tinyRegistry()
  })

  it('stay trusted through sync, update and add, which write the lock', async () => {
    const home = scratch({ npmrc: settingsFor(registry) })
    home.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
    mkdirSync(home.path('work/site/.git'), { recursive: true })
    const write = (version: string) =>
      home.write(
        'work/site/mcp-twin.json',
        JSON.stringify({ version: 1, servers: { a: { package: `tiny-server@${version}` }, t: { command: 'true' } } }),
      )
    const at = (...words: string[]) => cli(home, words, { cwd: home.path('work/site') })
    const state = async () => (await at('trust', '--list', '--json')).json.projects[0]?.state
    write('^1.0.0')
    expect((await at('trust')).code).toBe(0)
    const old = home.read('work/site/mcp-twin.lock.json').replace('1.1.0', '1.0.0')
    home.write('work/site/mcp-twin.lock.json', old)
    expect(await state()).toBe('changed')
    await at('trust')
    for (const words of [
      ['update', '--no-try'],
      ['add', 'more', '--package', '@tiny/other'],
      ['remove', 'more'],
      ['add', 'more', '--package', '@tiny/other', '--no-sync'],
      ['sync'],
      ['sync', '--refresh'],
    ]) {
      const said = await at(...words, '--json')
      expect(said.code, `${words}: ${said.output}`).toBe(0)
      expect([words, await state(), JSON.stringify(said.json.notices)]).toEqual([
        words,
        'trusted',
        expect.not.stringContaining('not trusted'),
      ])
    }
    expect(home.read('work/site/mcp-twin.lock.json')).toContain('1.1.0')
  })

  it('are not trusted by a watcher, which says that they are not', async () => {
    const planted = world()
      .linux()
      .build({ npmrc: settingsFor(registry) })
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: {}, bridge: { enabled: false } }))
    planted.self.write('site/mcp-twin.json', JSON.stringify({ version: 1, servers: { t: nothing } }))
    const cwd = planted.self.here('site')
    const at = (...words: string[]) => planted.cli([...words, '--json'], { cwd })
    const state = async () => (await at('trust', '--list')).json.projects[0]?.state
    await at('trust')
    await at('add', 'more', '--package', '@tiny/other', '--no-sync')
    expect([await state(), planted.self.has('site/mcp-twin.lock.json')]).toEqual(['trusted', false])
    const watcher = watching(planted, [], undefined, cwd)
    try {
      const { notices } = await watcher.next('its first round', ({ command }) => command === 'sync', 60_000)
      expect(planted.self.read('site/mcp-twin.lock.json')).toContain('@tiny/other')
      expect(notices.join()).toMatch(/not trusted: its manifest or its lock has changed.*mcp-twin trust/)
    } finally {
      await watcher.end()
    }
    expect(await state()).toBe('changed')
  })
})
