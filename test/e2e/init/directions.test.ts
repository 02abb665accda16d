import { beforeAll, describe, expect, it } from 'vitest'
import { startAsDesktopOn } from '../../support/desktop.ts'
import { lockText, putInstalled } from '../../support/installed.ts'
import { greet } from '../../support/mcp.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { leftovers } from '../../support/processes.ts'
import { type Planted, world } from '../../support/world.ts'
import { contentOf, documentOf, settingsFor, stepsAs, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
let npmrc: string
beforeAll(async () => {
  registry = await tinyRegistry()
  npmrc = settingsFor(registry)
})

interface Entry {
  command: string
  args?: string[]
  env?: Record<string, string>
}

const serversOf = (planted: Planted, side: string, client: string): Record<string, Entry> =>
  (planted.side(side).config(client) as { mcpServers: Record<string, Entry> } | null)?.mcpServers ?? {}

const sync = async (planted: Planted, args: readonly string[] = ['sync'], on?: string) => {
  const result = await planted.cli([...args, '--json'], on === undefined ? {} : { on })
  return { checks: undefined as unknown, ...documentOf(result), code: result.code }
}

const manifestOf = (servers: Record<string, unknown>, more: object = {}) =>
  JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }, null, 2)
const OWN = '.mcp-twin/mcp-twin.json'
const PACKAGE = 'tiny-server@1.0.0'

/** The package as a sync would have put it on sides, and pinned it: what installing does is looked at where home is in WSL. */
function installed(planted: Planted, ...sides: readonly string[]): void {
  for (const id of sides) putInstalled(registry, planted.side(id).here('.mcp-twin'), PACKAGE)
  planted.self.write(OWN.replace('.json', '.lock.json'), lockText(registry, { [PACKAGE]: PACKAGE }))
}

/** One server of every kind, with a key and a path that both sides need. */
const everything = {
  pkg: { package: 'tiny-server@1.0.0', args: ['${path:~/shared}'], env: { TINY_API_KEY: '${secret:TINY_API_KEY}' } },
  web: { url: 'https://x.example/mcp', headers: { 'X-Team': 'blue' } },
  cmd: { command: '/opt/thing', on: { windows: { command: 'C:\\thing\\serve.exe', args: ['/fast'] } } },
  left: { command: 'uvx', args: ['blender-mcp'], only: ['windows'] },
}
const env = { MCP_TWIN_SECRET_TINY_API_KEY: 'tiny-key-0123456789abcdef' }

describe('home in WSL, with Windows on the other side', () => {
  let planted: Planted
  let before: Map<string, string>
  const except = [
    'home/.mcp-twin',
    'windows/Users/Ana/.mcp-twin',
    'windows/Users/Ana/.npm',
    '.tmp-of-tests',
    'windows/Users/.tmp-of-tests',
    'windows/Program Files',
    'system32',
  ]

  beforeAll(async () => {
    const theirs = '{\r\n  "globalShortcut": "",\r\n  "mcpServers": {\r\n    "mine": { "command": "C:\\\\x.exe" }\r\n  }\r\n}'
    planted = world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf(everything))
      .windows()
      .file('.npmrc', npmrc)
      .client('claude-desktop', theirs)
      .build({ npmrc })
    before = contentOf(planted.scratch.root, except)
    const document = await planted.cli(['sync', '--json'], { env: { ...planted.env(), ...env } })
    expect(documentOf(document), document.output).toMatchObject({ inSync: true, changed: true })
    expect(document.code).toBe(0)
  })

  it('writes each side’s entries as that side spells them', () => {
    const desktop = serversOf(planted, 'windows', 'claude-desktop')
    const code = serversOf(planted, 'wsl:Ubuntu', 'claude-code')
    expect(desktop.mine).toEqual({ command: 'C:\\x.exe' })
    expect(desktop.pkg).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: [
        expect.stringMatching(/^C:\\Users\\Ana\\\.mcp-twin\\npm\\tiny-server@1\.0\.0\\.*\.js$/),
        `\\\\wsl.localhost\\Ubuntu${planted.scratch.home.replaceAll('/', '\\')}\\shared`,
      ],
      env: { TINY_API_KEY: env.MCP_TWIN_SECRET_TINY_API_KEY },
    })
    expect(code.pkg).toEqual({
      command: process.execPath,
      args: [expect.stringMatching(/\/\.mcp-twin\/npm\/tiny-server@1\.0\.0\/.*\.js$/), `${planted.scratch.home}/shared`],
      env: { TINY_API_KEY: env.MCP_TWIN_SECRET_TINY_API_KEY },
    })
    expect(code.web).toEqual({ type: 'http', url: 'https://x.example/mcp', headers: { 'X-Team': 'blue' } })
    expect(desktop.web).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Users\\Ana\\.mcp-twin\\bin\\mcp-twin.mjs', 'run', 'web'],
    })
    expect([desktop.cmd, code.cmd]).toEqual([{ command: 'C:\\thing\\serve.exe', args: ['/fast'] }, { command: '/opt/thing' }])
    expect([desktop.left, code.left]).toEqual([{ command: 'uvx', args: ['blender-mcp'] }, undefined])
    expect(serversOf(planted, 'wsl:Ubuntu', 'claude-code-config')).toEqual(code)
    expect(planted.side('windows').has('.claude.json')).toBe(false)
  })

  it('keeps line ends and everything else of the file that was there', () => {
    const text = planted.side('windows').read(planted.side('windows').clientFile('claude-desktop'))
    expect(text.startsWith('{\r\n  "globalShortcut": "",\r\n  "mcpServers": {\r\n    "mine": { "command": "C:\\\\x.exe" },\r\n')).toBe(true)
    expect(text.replaceAll('\r\n', '')).not.toContain('\n')
  })

  it('has servers that answer on both sides', async () => {
    const desktop = serversOf(planted, 'windows', 'claude-desktop')
    const code = serversOf(planted, 'wsl:Ubuntu', 'claude-code')
    expect((await startAsDesktopOn(planted, 'windows', desktop.pkg ?? { command: '' })).tools).toHaveLength(1)
    const { command = '', args = [] } = code.pkg ?? {}
    expect((await greet({ command, args, env: planted.env(), cwd: planted.scratch.root })).tools).toHaveLength(1)
    expect(await leftovers(planted.scratch.root)).toEqual([])
  })

  it('is in sync afterwards, and knows where home is from the other side', async () => {
    expect(await sync(planted)).toMatchObject({ code: 0, inSync: true, changed: false, steps: [] })
    expect(JSON.parse(planted.side('windows').read('.mcp-twin/home.json'))).toMatchObject({ version: 1, environment: 'wsl:Ubuntu' })
    expect(planted.side('windows').has(OWN)).toBe(false)
    expect(planted.side('windows').has('.mcp-twin/secrets.json')).toBe(false)
  })

  it('runs a command typed on Windows with home’s program and the same words', async () => {
    const list = await planted.cli(['list', '--json'], { on: 'windows' })
    expect(list, list.output).toMatchObject({ code: 0 })
    expect(list.json.servers.map((each: { name: string }) => each.name)).toEqual(Object.keys(everything))
    expect(await sync(planted, ['add', 'typed', '--command', 'C:\\typed.exe', '--on', 'windows'], 'windows')).toMatchObject({
      code: 0,
      inSync: true,
    })
    expect(JSON.parse(planted.self.read(OWN)).servers.typed).toEqual({ command: 'C:\\typed.exe', only: ['windows'] })
    expect(serversOf(planted, 'windows', 'claude-desktop').typed).toEqual({ command: 'C:\\typed.exe' })
    const failing = await planted.cli(['remove', 'absent', '--json'], { on: 'windows' })
    expect(failing).toMatchObject({ code: 2, json: { error: { code: 'usage' } } })
    const key = await planted.cli(['secret', 'set', 'FROM_WINDOWS', '--json'], { on: 'windows', input: 'typed-on-windows-0123' })
    expect(key, key.output).toMatchObject({ code: 0, json: { changed: true } })
    expect(planted.self.read('.mcp-twin/secrets.json')).toContain('typed-on-windows-0123')
  })

  it('is taken back by undo, byte for byte on both sides', async () => {
    expect(await sync(planted, ['undo'])).toMatchObject({ code: 0 })
    expect(await sync(planted, ['undo'])).toMatchObject({ code: 0 })
    expect(contentOf(planted.scratch.root, except)).toEqual(before)
  })
})

describe('home on Windows, with WSL on the other side', () => {
  let planted: Planted
  beforeAll(async () => {
    planted = world().windows().file('.npmrc', npmrc).wsl('Ubuntu').file('.npmrc', npmrc).build({ npmrc })
    installed(planted, 'windows', 'wsl:Ubuntu')
    for (const side of ['windows', 'wsl:Ubuntu']) putProgram(planted.side(side).here('.mcp-twin'))
    planted.self.write(OWN, manifestOf({ ...everything, far: { command: '/usr/bin/env', runIn: 'wsl' } }))
    const result = await planted.cli(['sync', '--json'], { env: { ...planted.env(), ...env } })
    expect(documentOf(result), result.output).toMatchObject({ inSync: true })
    expect(result.code).toBe(0)
  })

  it('writes each side’s entries as that side spells them', () => {
    const desktop = serversOf(planted, 'windows', 'claude-desktop')
    const code = serversOf(planted, 'wsl:Ubuntu', 'claude-code')
    expect(desktop.pkg?.args?.[1]).toBe('C:\\Users\\Ana\\shared')
    expect(code.pkg?.args?.[1]).toBe('/mnt/c/Users/Ana/shared')
    expect(code.pkg?.command).toBe('/usr/bin/node')
    expect(code.pkg?.args?.[0]).toMatch(/^\/home\/ana\/\.mcp-twin\/npm\//)
    expect(desktop.far?.command.toLowerCase()).toMatch(/^c:\\windows\\.*wsl\.exe$/)
    expect(desktop.far?.args).toEqual(['-d', 'Ubuntu', '-u', 'ana', '--exec', '/usr/bin/env'])
    expect(code.far).toEqual({ command: '/usr/bin/env' })
    expect(planted.side('wsl:Ubuntu').has('.mcp-twin/home.json')).toBe(false)
  })

  it('works on home when it is typed in WSL', async () => {
    await sync(planted, ['init', '--yes', '--no-import'])
    expect(JSON.parse(planted.side('wsl:Ubuntu').read('.mcp-twin/home.json'))).toMatchObject({ environment: 'windows', user: 'Ana' })
    const result = await planted.cli(['disable', 'web', '--json'], { on: 'wsl:Ubuntu' })
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(JSON.parse(planted.self.read(OWN)).servers.web).toMatchObject({ disabled: true })
    expect(serversOf(planted, 'wsl:Ubuntu', 'claude-code').web).toBeUndefined()
    expect(planted.side('wsl:Ubuntu').has(OWN)).toBe(false)
  })
})

describe('two distributions beside Windows', () => {
  const build = (more: object = {}) =>
    world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf({ a: { command: 'x' }, deb: { command: 'y', only: ['wsl:Debian'] } }, more))
      .windows()
      .wsl('Debian', { user: 'eve' })
      .build({ npmrc })

  it('leaves the distribution alone that nobody named', async () => {
    const planted = build()
    expect(await sync(planted)).toMatchObject({ code: 0, inSync: true })
    expect(planted.side('wsl:Debian').has('.claude.json')).toBe(false)
    expect(Object.keys(serversOf(planted, 'wsl:Ubuntu', 'claude-code'))).toEqual(['a'])
  })

  it('takes both where the manifest says so', async () => {
    const planted = build({ distros: ['Ubuntu', 'Debian'] })
    expect(await sync(planted)).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(serversOf(planted, 'wsl:Debian', 'claude-code'))).toEqual(['a', 'deb'])
    expect(Object.keys(serversOf(planted, 'windows', 'claude-desktop'))).toEqual(['a'])
  })
})

describe('one side alone', () => {
  // On Windows npm installs the package, as e2e/init/init has it on Linux; the others find it there.
  it.each([
    ['linux', () => world().linux(), ['claude-code', 'claude-code-config'], false],
    ['macos', () => world().macos(), ['claude-desktop', 'claude-code'], false],
    ['windows', () => world().windows(), ['claude-desktop'], true],
    ['wsl:Ubuntu', () => world().wsl('Ubuntu'), ['claude-code', 'claude-code-config'], false],
  ] as const)('%s: everything works but what needs a twin', async (id, build, clients, byNpm) => {
    const planted = build().file('.npmrc', npmrc).build({ npmrc })
    const before = contentOf(planted.scratch.root)
    if (!byNpm) {
      putInstalled(registry, planted.self.here('.mcp-twin'), PACKAGE)
      putProgram(planted.self.here('.mcp-twin'))
    }
    const document = await sync(planted, ['init', '--yes', '--no-bridge', '--server', 'tiny-server@1.0.0'])
    expect(document, JSON.stringify(document)).toMatchObject({ code: 0, inSync: true })
    expect(document.checks).toEqual(clients.slice(0, 1).map((client) => expect.objectContaining({ client, ok: true, tools: 1 })))
    for (const client of clients) expect(Object.keys(serversOf(planted, id, client))).toEqual(['tiny-server'])
    expect(stepsAs(document).filter((step) => step.startsWith('write'))).toHaveLength(clients.length)
    expect(await sync(planted)).toMatchObject({ code: 0, changed: false })
    expect(await sync(planted, ['undo'])).toMatchObject({ code: 0 })
    const after = [...contentOf(planted.scratch.root)].filter(([name]) => !/\.mcp-twin|\.npm\b|cache|tmp/.test(name))
    expect(Object.fromEntries(after)).toEqual(Object.fromEntries([...before].filter(([name]) => !/\.npm\b|cache|tmp/.test(name))))
  })
})

describe('a side that cannot be reached', () => {
  it.each([
    [
      'its programs cannot be run',
      { runnable: false, trouble: { reason: 'interop is switched off', hint: 'wsl --shutdown' } },
      /interop is switched off/,
    ],
    ['there is no node', { node: undefined, npm: undefined }, /no node/],
  ])('has its servers refused with reason and remedy, without stopping the rest: %s', async (_what, facts, reason) => {
    const planted = world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf({ pkg: { package: 'tiny-server@1.0.0' }, plain: { command: 'x' } }))
      .windows(facts as object)
      .build({ npmrc })
    installed(planted, 'wsl:Ubuntu')
    const document = await sync(planted)
    expect(document.code).toBe(3)
    const refused = document.steps.filter((step) => step.outcome === 'refused')
    expect(refused).toEqual([
      expect.objectContaining({
        kind: 'refuse',
        environment: 'windows',
        server: 'pkg',
        reason: expect.stringMatching(reason),
        hint: expect.stringMatching(/\S/),
      }),
    ])
    expect(Object.keys(serversOf(planted, 'windows', 'claude-desktop'))).toEqual(['plain'])
    expect(Object.keys(serversOf(planted, 'wsl:Ubuntu', 'claude-code'))).toEqual(['pkg', 'plain'])
  })

  it('is joined later without further questions', async () => {
    const planted = world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf({ pkg: { package: 'tiny-server@1.0.0' } }))
      .windows()
      .file('.npmrc', npmrc)
      .build({ npmrc })
    installed(planted, 'wsl:Ubuntu')
    expect(await sync(planted, ['sync', '--on', 'wsl'])).toMatchObject({ code: 0 })
    expect(planted.side('windows').config('claude-desktop')).toBeNull()
    const later = await sync(planted)
    expect(stepsAs(later)).toEqual(['install - pkg add done', 'write claude-desktop pkg add done'])
    expect(later).toMatchObject({ code: 0, inSync: true, restart: ['claude-desktop'] })
  })

  it('keeps its old state where an install fails there only', async () => {
    const planted = world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf({ pkg: { package: 'tiny-server@1.0.0' } }))
      .windows()
      .file('.npmrc', 'registry=http://127.0.0.1:9/')
      .build({ npmrc })
    const document = await sync(planted)
    expect(document.code).toBe(1)
    expect(stepsAs(document)).toEqual(
      expect.arrayContaining(['install - pkg add failed', 'refuse claude-desktop pkg none refused', 'write claude-code pkg add done']),
    )
    expect(planted.side('windows').config('claude-desktop')).toBeNull()
  })
})

describe('Claude Desktop on Windows', () => {
  const msix = 'AppData\\Local\\Packages\\Claude_abc\\LocalCache\\Roaming\\Claude\\claude_desktop_config.json'
  const classic = 'AppData\\Roaming\\Claude\\claude_desktop_config.json'
  const build = () =>
    world()
      .wsl('Ubuntu')
      .file(OWN, manifestOf({ a: { command: 'x' } }))
      .windows()

  it('has its live file found among several, and the stale one left', async () => {
    const planted = build().file(msix, '{}').file(classic, '{"mcpServers":{}}').build({ npmrc })
    const document = await sync(planted)
    expect(document).toMatchObject({ code: 0, inSync: true })
    expect(JSON.parse(planted.side('windows').read(msix))).toMatchObject({ mcpServers: { a: { command: 'x' } } })
    expect(planted.side('windows').read(classic)).toBe('{"mcpServers":{}}')
    expect(document.notices.join()).toContain('stale')
  })

  it('is written while it runs, with a notice', async () => {
    const planted = build().running('claude.exe').client('claude-desktop', '{}').build({ npmrc })
    const result = await planted.cli(['sync'])
    expect(result).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/Claude Desktop is running and may overwrite its config.*quit/s),
    })
    expect(serversOf(planted, 'windows', 'claude-desktop')).toEqual({ a: { command: 'x' } })
  })
})
