import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { putInstalled } from '../../support/installed.ts'
import { describeUnless } from '../../support/left-out.ts'
import { type MiniRegistry, miniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { leftovers } from '../../support/processes.ts'
import { lacksTerminal, type Terminal, terminal } from '../../support/terminal.ts'
import { world } from '../../support/world.ts'
import {
  codeFile,
  contentOf,
  cursorFile,
  expectTidy,
  type Home,
  home,
  oldFile,
  settingsFor,
  tinyRegistry,
  tinyServer,
} from '../support/place.ts'

const KEY = 'tvly-by-hand-0123456789abcdef'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
  const publish = (name: string, version: string) =>
    registry.publish({
      manifest: { name, version, bin: { [name.split('/').at(-1) ?? name]: 'server.js' } },
      files: { 'server.js': `#!/usr/bin/env node\n${tinyServer}` },
    })
  publish('tavily-mcp', '0.2.22')
})

/** A home with two servers that two programs already have. */
function found(): Home {
  const place = home({ npmrc: settingsFor(registry) })
  place.write(codeFile, JSON.stringify({ mcpServers: { mine: place.tiny, other: { ...place.tiny, env: { N: '1' } } } }))
  return place
}

/** Everything but what detection and a first look may keep. */
const content = (place: Home) => contentOf(place.home, ['.npm'])

/** No bridge: what it does is shown elsewhere. */
async function answerBridge(screen: Terminal): Promise<void> {
  await screen.waitFor('through the bridge?')
  await screen.keys('n', 'Enter')
}

/** The plan is shown once more before anything is written. */
async function goAhead(screen: Terminal): Promise<void> {
  await screen.waitFor('Go ahead?')
  await screen.keys('Enter')
}

const nothingHappened = async (place: Home, before: Map<string, string>) => {
  expect(await leftovers(place.root)).toEqual([])
  for (const each of ['mcp-twin.json', 'mcp-twin.lock.json', 'state.json', 'secrets.json', 'backups', 'app', 'bin'])
    expect(place.has(`.mcp-twin/${each}`)).toBe(false)
  const after = [...content(place)].filter(([name]) => !name.startsWith('.mcp-twin'))
  expect(new Map(after)).toEqual(before)
  expectTidy(place.home)
}

describeUnless(lacksTerminal, 'init on a terminal', () => {
  it('shows what is there, asks what to take, hides a key, installs and checks', async () => {
    const place = found()
    const screen = await terminal(place, ['init'])
    await screen.waitFor(/which ones should mcp-twin manage/)
    const shown = await screen.history()
    expect(shown).toContain('Claude Code')
    expect(shown).toContain('2 servers')
    await screen.keys('Enter')
    await screen.waitFor('More from the list')
    await screen.keys('Space', 'Enter')
    await answerBridge(screen)
    await screen.waitFor(/TAVILY_API_KEY/)
    await screen.type(KEY)
    await screen.waitFor('•••')
    expect(await screen.screen()).not.toContain(KEY)
    await screen.keys('Enter')
    await screen.waitFor('Go ahead?')
    expect(await screen.history()).toMatch(
      /This will be done:[\s\S]*\+ Linux +tavily-mcp 0\.2\.22[\s\S]*\+ tavily +add[\s\S]*mcp-twin\.json\n +\+ /,
    )
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
    const planned = (await screen.history()).match(/tavily.*(?:add|0\.2\.22)$/gm)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    const all = await screen.history()
    // What was shown and agreed to is not said again.
    expect(all.match(/tavily.*(?:add|0\.2\.22)$/gm)).toEqual(planned)
    expect(all).toContain('entries written')
    expect(all).toMatch(/✓ tavily/)
    expect(all).not.toContain(KEY)
    expect(Object.keys(place.servers(oldFile)).sort()).toEqual(['mine', 'other', 'tavily'])
    expect(place.servers(codeFile).tavily).toMatchObject({ env: { TAVILY_API_KEY: KEY } })
    expectTidy(place.home)
  })

  it('leaves out what is not chosen, and continues without a key that comes later', async () => {
    const place = found()
    putInstalled(registry, place.path('.mcp-twin'), 'tavily-mcp@0.2.22')
    putProgram(place.path('.mcp-twin'))
    const screen = await terminal(place, ['init'])
    await screen.waitFor(/which ones should mcp-twin manage/)
    await screen.keys('Down', 'Space', 'Enter')
    await screen.waitFor('More from the list')
    await screen.keys('Space', 'Enter')
    await answerBridge(screen)
    await screen.waitFor(/TAVILY_API_KEY/)
    await screen.keys('Enter')
    await goAhead(screen)
    expect(await screen.exit()).toBe(3)
    const { servers } = place.readJson('.mcp-twin/mcp-twin.json') as { servers: object }
    expect(Object.keys(servers).sort()).toEqual(['tavily', expect.stringMatching(/^(mine|other)$/)].sort())
    expect(await screen.history()).toContain('secret set TAVILY_API_KEY')
  })

  it('asks which servers both sides shall have where there are two', async () => {
    const npmrc = settingsFor(registry)
    const planted = world()
      .wsl('Ubuntu')
      .client('claude-code', '{"mcpServers":{"far":{"type":"http","url":"http://127.0.0.1:9/mcp"}}}')
      .windows()
      .file('.npmrc', npmrc)
      .build({ npmrc })
    const place = { root: planted.scratch.root, home: planted.scratch.home, env: planted.env() }
    const screen = await terminal(place, ['init', '--no-install'])
    await screen.waitFor(/which ones should both sides have/)
    expect(await screen.screen()).toContain('far')
    await screen.keys('Enter')
    await screen.waitFor('More from the list')
    await screen.keys('Enter')
    await answerBridge(screen)
    await goAhead(screen)
    expect(await screen.exit()).toBe(0)
    expect(JSON.parse(planted.self.read('.mcp-twin/mcp-twin.json')).servers.far).toEqual({ url: 'http://127.0.0.1:9/mcp' })
  })

  const walk: readonly [where: string, go: (screen: Terminal) => Promise<void>][] = [
    ['the first question', async (screen) => void (await screen.waitFor(/which ones should mcp-twin/))],
    [
      'the list',
      async (screen) => {
        await screen.waitFor(/which ones should mcp-twin/)
        await screen.keys('Enter')
        await screen.waitFor('More from the list')
      },
    ],
    [
      'the bridge',
      async (screen) => {
        await screen.waitFor(/which ones should mcp-twin/)
        await screen.keys('Enter')
        await screen.waitFor('More from the list')
        await screen.keys('Enter')
        await screen.waitFor('through the bridge?')
      },
    ],
    [
      'the key',
      async (screen) => {
        await screen.waitFor(/which ones should mcp-twin/)
        await screen.keys('Enter')
        await screen.waitFor('More from the list')
        await screen.keys('Space', 'Enter')
        await answerBridge(screen)
        await screen.waitFor(/TAVILY_API_KEY/)
        await screen.type('half-typed')
      },
    ],
    [
      'the plan',
      async (screen) => {
        await screen.waitFor(/which ones should mcp-twin/)
        await screen.keys('Enter')
        await screen.waitFor('More from the list')
        await screen.keys('Enter')
        await answerBridge(screen)
        await screen.waitFor('Go ahead?')
      },
    ],
  ]
  it.each(walk)('is cancelled by Ctrl-C at %s: exit 130, nothing changed', async (_where, go) => {
    const place = found()
    const before = content(place)
    const screen = await terminal(place, ['init'])
    await go(screen)
    await screen.keys('C-c')
    expect(await screen.exit()).toBe(130)
    expect(await screen.history()).toContain('Cancelled')
    await screen.close()
    await nothingHappened(place, before)
  })

  it('is cancelled by Ctrl-C in the middle of an install', async () => {
    const slow = await miniRegistry()
    slow.publish({ manifest: { name: '@tiny/slow', version: '1.0.0', bin: { slow: 's.js' } }, files: { 's.js': '' } })
    slow.stalled.add('@tiny/slow')
    try {
      const place = home({ npmrc: settingsFor(slow), npmCache: 'own' })
      place.write(codeFile, '{"mcpServers":{}}')
      const before = content(place)
      const screen = await terminal(place, ['init', '--server', '@tiny/slow@1.0.0'])
      await screen.waitFor('More from the list')
      await screen.keys('Enter')
      await answerBridge(screen)
      await goAhead(screen)
      await screen.waitFor('Installing')
      while (!slow.requests.some((path) => path.includes('/-/'))) await new Promise((resolve) => setTimeout(resolve, 50))
      await screen.keys('C-c')
      expect(await screen.exit()).toBe(130)
      await screen.close()
      expect(place.has('.mcp-twin/npm') ? readdirSync(place.path('.mcp-twin/npm')) : []).toEqual([])
      await nothingHappened(place, before)
    } finally {
      await slow.close()
    }
  })
})

describeUnless(lacksTerminal, 'the folder that both programs may work in', () => {
  const upToTheFolder = async (place: Home, cwd: string): Promise<Terminal> => {
    const screen = await terminal(place, ['init', '--no-install', '--no-hook'], { cwd })
    await screen.waitFor('More from the list')
    await screen.keys('Enter')
    await screen.waitFor('through the bridge?')
    await screen.keys('Enter')
    await screen.waitFor('may both work in?')
    return screen
  }
  const finish = async (screen: Terminal): Promise<void> => {
    await screen.waitFor('run commands here?')
    await screen.keys('Enter')
    await goAhead(screen)
    expect(await screen.exit()).toBe(0)
  }
  const roots = (place: Home): unknown => (place.readJson('.mcp-twin/mcp-twin.json') as { bridge?: { roots?: unknown } }).bridge?.roots

  it('is the repository around the folder where init is typed, if the person likes', async () => {
    const place = home()
    place.write('site/.git/HEAD', 'ref: refs/heads/main\n')
    place.write('site/src/a.ts', '')
    const screen = await upToTheFolder(place, place.path('site/src'))
    expect(await screen.screen()).toContain('~/site')
    await screen.keys('Enter')
    await finish(screen)
    expect(roots(place)).toEqual([place.path('site')])
    expect(await screen.history()).not.toContain('roots add')
  })

  it('is asked for again until there is one, and may be none', async () => {
    const place = home()
    const screen = await upToTheFolder(place, place.home)
    await screen.type('~/not there')
    await screen.keys('Enter')
    await screen.waitFor('There is no folder')
    await screen.type('/')
    await screen.keys('Enter')
    await screen.waitFor('is a whole disk')
    await screen.keys('Enter')
    await finish(screen)
    expect(roots(place)).toBeUndefined()
    expect(await screen.history()).toContain('mcp-twin roots add FOLDER')
  })

  it('is not asked for without a terminal, but the command is named', async () => {
    const place = home()
    expect((await place.run(['init', '--yes', '--no-install'])).stdout).toContain('mcp-twin roots add FOLDER')
    expect(roots(place)).toBeUndefined()
  })
})

describeUnless(lacksTerminal, 'what init offers', () => {
  const withCodex = (): Home => {
    const place = home({ npmrc: settingsFor(registry) })
    place.write('.codex/config.toml', '# mine\nmodel = "x"\n')
    place.write(codeFile, JSON.stringify({ mcpServers: { mine: place.tiny } }))
    return place
  }

  it('is each client that it found, and only a chosen one takes part', async () => {
    const place = withCodex()
    const quiet = await place.run(['init', '--yes', '--no-bridge', '--no-install'])
    expect(quiet.stdout.replace(/\s+/g, ' ')).toContain('mcp-twin init --client codex')
    expect(quiet.stdout).toMatch(/Codex .*takes no part/)
    expect(place.read('.codex/config.toml')).not.toContain('mine]')
    const screen = await terminal(place, ['init', '--no-install'])
    await screen.waitFor('which of these should have the servers too')
    expect(await screen.screen()).toContain('Codex (')
    await screen.keys('Space', 'Enter')
    await screen.waitFor('More from the list')
    await screen.keys('Enter')
    await screen.waitFor('Go ahead')
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ clients: { codex: true } })
    putProgram(place.path('.mcp-twin'))
    const named = await place.run(['init', '--yes', '--client', 'codex'])
    expect(named.code).toBe(0)
    expect(place.read('.codex/config.toml')).toContain('[mcp_servers.mine]')
    expect(named.stdout).not.toContain('left alone')
  })

  it('leaves out built-in servers that are there already, and names what uvx and docker start', async () => {
    const place = home({ npmrc: settingsFor(registry) })
    const search = { command: 'docker', args: ['run', '-i', '--rm', '-e', 'K', 'mcp/brave-search:latest'] }
    const web = { command: 'npx', args: ['-y', 'tavily-mcp@0.2.22'] }
    // With a flag of uvx it stays as typed, also on a machine that has uv.
    const blend = { command: 'uvx', args: ['--with', 'numpy', 'blender-mcp'] }
    place.write(codeFile, JSON.stringify({ mcpServers: { search, web, blend } }))
    const screen = await terminal(place, ['init', '--no-install', '--offline'])
    await screen.waitFor('which ones should mcp-twin manage')
    expect(await screen.screen()).toContain('uvx blender-mcp')
    expect(await screen.screen()).toContain('docker mcp/brave-search:latest')
    await screen.keys('Enter')
    await screen.waitFor('More from the list')
    const list = await screen.screen()
    expect(list).toContain('GitHub')
    expect(list).not.toMatch(/Tavily|Brave/)
    await screen.keys('C-c')
    expect(await screen.exit()).toBe(130)
  })
})

describeUnless(lacksTerminal, 'what is asked for on a terminal', () => {
  const pruned = async () => {
    const place = home()
    place.write(cursorFile, '{"mcpServers":{"theirs":{"command":"t"}}}')
    place.manifest({ a: place.tiny })
    expect((await place.run(['sync'])).code).toBe(0)
    return place
  }

  it('sync --prune names what goes, and Enter means no', async () => {
    const place = await pruned()
    const screen = await terminal(place, ['sync', '--prune'])
    await screen.waitFor(/Remove theirs/)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(130)
    expect(place.servers(cursorFile)).toHaveProperty('theirs')
    const again = await terminal(place, ['sync', '--prune'])
    await again.waitFor(/Remove theirs/)
    await again.keys('y', 'Enter')
    expect(await again.exit()).toBe(0)
    expect(place.servers(cursorFile)).not.toHaveProperty('theirs')
  })

  it('a key is typed unseen, and Ctrl-C cancels', async () => {
    const place = home()
    place.manifest({})
    const screen = await terminal(place, ['secret', 'set', 'MY_KEY'])
    await screen.waitFor('MY_KEY')
    await screen.type(KEY)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(await screen.history()).not.toContain(KEY)
    expect(place.readJson('.mcp-twin/secrets.json')).toEqual({ MY_KEY: KEY })
    const again = await terminal(place, ['secret', 'set', 'MY_KEY'])
    await again.waitFor('MY_KEY')
    await again.keys('C-c')
    expect(await again.exit()).toBe(130)
    expect(place.readJson('.mcp-twin/secrets.json')).toEqual({ MY_KEY: KEY })
  })

  it('add asks for a key that the store does not have', async () => {
    const place = home()
    place.manifest({})
    const screen = await terminal(place, ['add', 'a', '--no-try', '--command', '/opt/thing', '--secret', 'NEW_KEY'])
    await screen.waitFor('NEW_KEY')
    await screen.type(KEY)
    await screen.keys('Enter')
    expect(await screen.exit()).toBe(0)
    expect(place.servers(codeFile)).toEqual({ a: { command: '/opt/thing', env: { NEW_KEY: KEY } } })
  })
})

describeUnless(lacksTerminal, 'colours', () => {
  it('change no word, as NO_COLOR shows', async () => {
    const place = home()
    place.manifest({ a: place.tiny })
    await place.run(['sync'])
    const plain = await terminal(place, ['list'], { env: { NO_COLOR: '1' } })
    expect(await plain.exit()).toBe(0)
    const { NO_COLOR: _, ...env } = place.env
    const coloured = await terminal({ ...place, env }, ['list'])
    expect(await coloured.exit()).toBe(0)
    expect(await coloured.screen()).toBe(await plain.screen())
    const wide = await place.run(['list'], { env: { NO_COLOR: undefined, FORCE_COLOR: '1' } })
    expect(wide.stdout).toContain('\u001b[')
    expect((await place.run(['list'], { env: { NO_COLOR: '1', FORCE_COLOR: '1' } })).stdout).not.toContain('\u001b')
  })

  it.each([80, 120])('do not widen or wrap any line at %i columns', async (width) => {
    const place = home()
    place.write('.config/Claude/claude_desktop_config.json', '{}')
    place.manifest({ a: place.tiny, b: { command: 'x', env: { K: '${secret:NOT_THERE}' } } })
    for (const args of [['sync'], ['sync', '--check'], ['undo', '--list']]) {
      const screen = await terminal(place, args, { width })
      await screen.exit()
      for (const line of (await screen.history()).split('\n')) expect(line.length).toBeLessThanOrEqual(width)
      expect(await screen.history()).not.toMatch(/\n[a-z]{1,3}\n/)
    }
  })
})

describe('without a terminal', () => {
  it('asks nothing, and names the missing flag in an error', async () => {
    const place = home()
    place.write(cursorFile, '{"mcpServers":{"theirs":{"command":"t"}}}')
    place.manifest({ a: place.tiny })
    expect(await place.run(['sync', '--prune'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(await place.run(['secret', 'set', 'K'])).toMatchObject({ code: 2, stderr: expect.stringMatching(/pipe|standard input/i) })
    expect(await place.run(['init'])).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect((await place.run(['init', '--json'])).json).toMatchObject({ command: 'init', error: { code: 'usage' } })
  })
})
