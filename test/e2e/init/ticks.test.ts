import { beforeAll, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { lacksTerminal, type Terminal, terminal } from '../../support/terminal.ts'
import { type Planted, world } from '../../support/world.ts'
import { settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const written = (servers: Record<string, unknown>): string => JSON.stringify({ mcpServers: servers })

interface Plan {
  readonly wsl: Record<string, string>
  readonly windows?: Record<string, string>
}

function planted({ wsl, windows = {} }: Plan): Planted {
  const npmrc = settingsFor(registry)
  const plan = world().wsl('Ubuntu')
  for (const [client, text] of Object.entries(wsl)) plan.client(client, text)
  plan.windows().file('.npmrc', npmrc)
  for (const [client, text] of Object.entries(windows)) plan.client(client, text)
  return plan.build({ npmrc })
}

const manifestOf = (place: Planted) => JSON.parse(place.self.read('.mcp-twin/mcp-twin.json'))
const serversOf = (place: Planted, side: string, client: string): Record<string, { env?: Record<string, string> }> =>
  (place.side(side).config(client) as { mcpServers?: Record<string, object> } | null)?.mcpServers ?? {}

/** Answers every question of init but the named ones as Enter does, up to the plan; what the screen says until there. */
async function upToThePlan(
  place: Planted,
  args: readonly string[],
  answers: (screen: Terminal) => Promise<void>,
): Promise<[Terminal, string]> {
  const screen = await terminal({ root: place.scratch.root, home: place.scratch.home, env: place.env() }, ['init', ...args])
  await answers(screen)
  await screen.waitFor('More from the list')
  await screen.keys('Enter')
  await screen.waitFor('through the bridge?')
  await screen.keys('n', 'Enter')
  await screen.waitFor('Go ahead?')
  const said = (await screen.history()).replace(/\s+/g, ' ')
  await screen.keys('Enter')
  return [screen, said.slice(said.indexOf('This will be done:'))]
}

const both = 'which ones should both sides have'

describeUnless(lacksTerminal, 'init writes what was ticked', () => {
  it('and leaves a server that was not ticked, with its key, to the programs that have it', async () => {
    const far = { type: 'http', url: 'https://mcp.example.com/mcp', headers: { 'x-api-key': 'tvly-0123456789abcdef0123' } }
    const place = planted({ wsl: { 'claude-code': written({ far }), cursor: '{}' }, windows: { cursor: '{}' } })
    const [screen, said] = await upToThePlan(place, ['--no-install'], async (asked) => {
      await asked.waitFor(both)
      await asked.keys('Space', 'Enter')
    })
    expect(said).toContain('only in Claude Code, as before: far. To have it in every program: mcp-twin enable far --everywhere')
    expect(await screen.exit()).toBe(0)
    expect(manifestOf(place).servers.far.only).toEqual(['claude-code', 'claude-code-config'])
    await place.cli(['sync', '--offline', '--no-try'])
    expect([serversOf(place, 'wsl:Ubuntu', 'cursor'), serversOf(place, 'windows', 'cursor')]).toEqual([{}, {}])
    expect(Object.keys(serversOf(place, 'wsl:Ubuntu', 'claude-code'))).toEqual(['far'])
  })

  it('for a program on the side where it was found, and not on the one that does not have it', async () => {
    const place = planted({ wsl: { 'claude-code': written({ far: { type: 'http', url: 'https://mcp.example.com/mcp' } }) } })
    place.side('wsl:Ubuntu').write('.codex/config.toml', 'model = "x"\n')
    const quiet = await place.cli(['init', '--yes', '--dry-run'])
    expect(quiet.stdout.replace(/\s+/g, ' ')).toContain('mcp-twin init --client codex --on wsl')
    const [screen] = await upToThePlan(place, ['--no-install'], async (asked) => {
      await asked.waitFor('which of these should have the servers too')
      expect(await asked.screen()).toContain('Codex (Ubuntu)')
      await asked.keys('Space', 'Enter')
      await asked.waitFor(both)
      await asked.keys('Enter')
    })
    expect(await screen.exit()).toBe(0)
    expect(manifestOf(place).clients).toEqual({ codex: { wsl: true } })
    await place.cli(['sync', '--offline', '--no-try'])
    expect(place.side('wsl:Ubuntu').read('.codex/config.toml')).toContain('[mcp_servers.far]')
    expect(place.side('windows').has('.codex')).toBe(false)
  })

  it('with a path of one side spelled for each, so that doctor finds nothing', async () => {
    const place = planted({ wsl: {} })
    const path = `${place.scratch.home}/notes/mem.json`
    const memory = { command: 'npx', args: ['-y', 'tiny-server@1.0.0', `--also=${path}`], env: { MEMORY_FILE_PATH: path } }
    place.side('wsl:Ubuntu').write('.claude.json', written({ memory }))
    const [screen, said] = await upToThePlan(place, [], async (asked) => {
      await asked.waitFor(both)
      // It works on both, so it is ticked.
      expect(await asked.screen()).toMatch(/◉ memory|\[x\] memory|✔ memory|● memory/)
      await asked.keys('Enter')
    })
    expect(said).toMatch(/memory: .*notes\/mem\.json is spelled for each side .*so Windows reaches it too/)
    expect(await screen.exit()).toBe(0)
    expect(manifestOf(place).servers.memory).toEqual({
      package: 'tiny-server@1.0.0',
      args: [`--also=\${path:~/notes/mem.json}`],
      env: { MEMORY_FILE_PATH: '${path:~/notes/mem.json}' },
    })
    expect(serversOf(place, 'wsl:Ubuntu', 'claude-code').memory?.env).toEqual({ MEMORY_FILE_PATH: path })
    expect(serversOf(place, 'windows', 'claude-desktop').memory?.env?.MEMORY_FILE_PATH).toMatch(
      /^\\\\wsl\.localhost\\Ubuntu\\.*\\notes\\mem\.json$/,
    )
    const looked = await place.cli(['doctor', '--check', 'literal-paths', '--json'])
    expect(JSON.parse(looked.stdout).findings.filter(({ level }: { level: string }) => level === 'error')).toEqual([])
  })

  it("and keeps a server of several programs in the choice where one program's version does not exist", async () => {
    const tiny = (words: string) => written({ tiny: { command: 'npx', args: ['-y', words] } })
    const place = planted({
      wsl: { 'claude-code': tiny('tiny-server@9.9.9'), cursor: tiny('tiny-server@1.0.0') },
      windows: { 'claude-desktop': tiny('tiny-server') },
    })
    const [screen, said] = await upToThePlan(place, [], async (asked) => {
      await asked.waitFor(both)
      expect(await asked.screen()).toContain('tiny')
      await asked.keys('Enter')
    })
    expect(said).toMatch(/tiny: claude-code asks for a package that the registry does not have, so its own entry stays/)
    expect(await screen.exit()).toBe(0)
    expect(manifestOf(place).servers.tiny).toEqual({ package: 'tiny-server@1.0.0', except: ['claude-code'] })
    expect(JSON.stringify(serversOf(place, 'wsl:Ubuntu', 'claude-code'))).toContain('tiny-server@9.9.9')
    // The remedy, as it is printed.
    const [, one = '', two = ''] = /mcp-twin (enable tiny --client \S+ --no-sync),? then: mcp-twin (sync --force)/.exec(said) ?? []
    expect((await place.cli(one.split(' '))).code).toBe(0)
    expect((await place.cli([...two.split(' '), '--no-try'])).code).toBe(0)
    expect(JSON.stringify(serversOf(place, 'wsl:Ubuntu', 'claude-code'))).not.toContain('9.9.9')
  })
})
