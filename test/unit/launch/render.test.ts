import { describe, expect, it } from 'vitest'
import { renderBridge } from '../../../src/core/launch/launcher.ts'
import { renderLaunch } from '../../../src/core/launch/render.ts'
import { reveal } from '../../../src/model/secret.ts'
import { client, debian, folderOf, linux, render, request, ubuntu, windows, worlds, written } from '../../support/launches.ts'

const tavily = { package: 'tavily-mcp@0.2.22', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } }
const keys = { TAVILY_API_KEY: 'k-1' }
const on = { environment: windows, client: 'claude-desktop' }

describe('a package, started directly', () => {
  it("is that side's node and the absolute script of the pinned version", () => {
    expect(written('tavily', { server: tavily, keys })).toEqual({
      command: '/usr/bin/node',
      args: ['/home/ana/.mcp-twin/npm/tavily-mcp@0.2.22/node_modules/tavily-mcp/build/index.js'],
      env: { TAVILY_API_KEY: 'k-1' },
    })
    expect(written('tavily', { server: tavily, keys, ...on })).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Users\\Ana Ruiz\\.mcp-twin\\npm\\tavily-mcp@0.2.22\\node_modules\\tavily-mcp\\build\\index.js'],
      env: { TAVILY_API_KEY: 'k-1' },
    })
  })

  it('needs itself installed there, holds its key, and owns only what it sets', () => {
    const rendered = render('tavily', { server: tavily, keys })
    expect(rendered).toMatchObject({
      kind: 'entry',
      name: 'tavily',
      holdsKey: true,
      packages: [{ environment: 'wsl:Ubuntu', words: 'tavily-mcp@0.2.22' }],
      launcher: [],
      launches: [],
    })
    expect(rendered.kind === 'entry' && rendered.owned).not.toContain('timeout')
    expect(JSON.stringify(rendered)).not.toContain('k-1')
  })

  it('has neither empty args nor env', () => {
    expect(Object.keys(written('c', { server: { command: 'serve' } }))).toEqual(['command'])
  })

  it('re-spells paths for the side it runs on', () => {
    const server = { package: '@modelcontextprotocol/server-filesystem', args: ['${path:~/shared context}', '${path:C:\\Daten}'] }
    expect(written('files', { server }).args).toEqual([
      expect.stringContaining(
        '@modelcontextprotocol+server-filesystem@2026.8.31/node_modules/@modelcontextprotocol/server-filesystem/dist/index.js',
      ),
      '/home/ana/shared context',
      '/mnt/c/Daten',
    ])
    expect(written('files', { server, ...on }).args).toEqual([
      expect.any(String),
      '\\\\wsl.localhost\\Ubuntu\\home\\ana\\shared context',
      'C:\\Daten',
    ])
  })

  it('takes the named program, and asks for one among several others', () => {
    const server = { package: 'chrome-devtools-mcp@^1', bin: 'chrome-devtools' }
    expect(JSON.stringify(written('c', { server }))).toContain('/build/src/bin/chrome-devtools.js')
    expect(JSON.stringify(written('c', { server: { package: 'chrome-devtools-mcp@^1' } }))).toContain(
      '/build/src/bin/chrome-devtools-mcp.js',
    )
    expect(render('c', { server: { ...server, bin: 'other' } })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('chrome-devtools-mcp, chrome-devtools'),
      hint: expect.stringContaining('bin'),
    })
  })

  it('is refused without a pinned version, without node, and with the trouble of a side in its own words', () => {
    expect(render('x', { server: { package: 'left-pad' } })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('no version of left-pad is pinned'),
    })
    const { node: _, ...nodeless } = windows
    const world = { environments: [ubuntu, nodeless] }
    expect(render('t', { server: tavily, keys, client: 'claude-desktop', environment: nodeless, world })).toMatchObject({
      kind: 'refuse',
      reason: 'there is no node on Windows',
    })
    const troubled = { ...nodeless, trouble: { reason: 'interop is off', hint: 'switch it on' } }
    expect(
      render('t', { server: tavily, keys, client: 'claude-desktop', environment: troubled, world: { environments: [ubuntu, troubled] } }),
    ).toEqual({ kind: 'refuse', reason: 'interop is off', hint: 'switch it on' })
  })

  it('lies in the npm prefix that the manifest names', () => {
    expect(JSON.stringify(written('t', { server: tavily, keys, manifest: { prefix: 'global' } }))).toContain(
      '/usr/local/lib/node_modules/tavily-mcp/build/index.js',
    )
    expect(written('t', { server: tavily, keys, ...on, manifest: { prefix: { windows: 'D:\\mcp', wsl: 'own' } } }).args).toEqual([
      'D:\\mcp\\node_modules\\tavily-mcp\\build\\index.js',
    ])
  })
})

describe('a package by npx', () => {
  const server = { ...tavily, launch: 'npx' as const, args: ['a b'] }
  it('is what guides show on Linux', () => {
    expect(written('t', { server, keys })).toEqual({
      command: 'npx',
      args: ['-y', '--ignore-scripts', 'tavily-mcp@0.2.22', 'a b'],
      env: { TAVILY_API_KEY: 'k-1' },
    })
  })
  it("is npx's own script by node on Windows, so that blanks survive", () => {
    expect(written('t', { server, keys, ...on })).toMatchObject({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npx-cli.js', '-y', '--ignore-scripts', 'tavily-mcp@0.2.22', 'a b'],
    })
  })
  it('runs install scripts only where the manifest allows them', () => {
    const allowed = { ...server, allowScripts: true }
    for (const side of [{}, on]) expect(written('t', { server: allowed, keys, ...side }).args).not.toContain('--ignore-scripts')
    expect(written('t', { server: { ...server, allowScripts: false }, keys, ...on }).args).toContain('--ignore-scripts')
    const across = { ...server, runIn: 'wsl' }
    expect(written('t', { server: across, keys, ...on }).args).toContain('--ignore-scripts')
  })
  it('needs nothing installed, and names the program where the manifest does', () => {
    expect(render('t', { server, keys })).toMatchObject({ packages: [] })
    expect(written('c', { server: { package: 'chrome-devtools-mcp@^1', bin: 'chrome-devtools', launch: 'npx' } }).args).toEqual([
      '-y',
      '--ignore-scripts',
      '-p',
      'chrome-devtools-mcp@1.11.0',
      'chrome-devtools',
    ])
  })
})

describe('a server by "run"', () => {
  const server = { ...tavily, launch: 'run' as const }
  it('holds no key, names the launcher, and must be startable there', () => {
    expect(written('tavily', { server, keys, ...on })).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Users\\Ana Ruiz\\.mcp-twin\\bin\\mcp-twin.mjs', 'run', 'tavily'],
    })
    expect(render('tavily', { server, keys, ...on })).toMatchObject({
      holdsKey: false,
      launcher: ['windows'],
      launches: ['windows'],
      packages: [{ environment: 'windows' }],
    })
  })
  it('is started as it would be directly', () => {
    const launch = renderLaunch(request('tavily', { server, keys, ...on }))
    expect(launch.kind === 'launch' && reveal(launch.entry)).toMatchObject({
      kind: 'stdio',
      args: [expect.stringContaining('tavily-mcp\\build\\index.js')],
      env: { TAVILY_API_KEY: 'k-1' },
    })
  })
  it('is refused while its key is missing', () => {
    expect(render('tavily', { server })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('TAVILY_API_KEY'),
      hint: expect.stringMatching(/--secrets.*MCP_TWIN_SECRET_TAVILY_API_KEY/),
    })
  })
})

describe('a server that runs on one side only', () => {
  it('is reached from Windows by wsl.exe, with its variables named', () => {
    expect(written('t', { server: { ...tavily, runIn: 'wsl' }, keys, ...on })).toEqual({
      command: 'C:\\Windows\\System32\\wsl.exe',
      args: [
        '-d',
        'Ubuntu',
        '-u',
        'ana',
        '--exec',
        '/usr/bin/node',
        '/home/ana/.mcp-twin/npm/tavily-mcp@0.2.22/node_modules/tavily-mcp/build/index.js',
      ],
      env: { TAVILY_API_KEY: 'k-1', WSLENV: 'TAVILY_API_KEY/u' },
    })
  })
  it('keeps the variables that its own WSLENV names', () => {
    const server = { ...tavily, env: { ...tavily.env, WSLENV: 'APPDATA/p' }, runIn: 'wsl' }
    expect(written('t', { server, keys, ...on }).env).toEqual({ TAVILY_API_KEY: 'k-1', WSLENV: 'APPDATA/p:TAVILY_API_KEY/u' })
  })
  it('is reached from WSL by the mounted node.exe, its paths as Windows spells them', () => {
    const server = { ...tavily, args: ['${path:~/x}'], runIn: 'windows' }
    const world = { environments: [debian, windows] }
    expect(written('t', { server, keys, environment: debian, world, home: debian })).toEqual({
      command: '/win/c/Program Files/nodejs/node.exe',
      args: [
        'C:\\Users\\Ana Ruiz\\.mcp-twin\\npm\\tavily-mcp@0.2.22\\node_modules\\tavily-mcp\\build\\index.js',
        '\\\\wsl.localhost\\Debian\\home\\bo\\x',
      ],
      env: { TAVILY_API_KEY: 'k-1', WSLENV: 'TAVILY_API_KEY/w' },
    })
    expect(render('t', { server, keys, environment: debian, world, home: debian })).toMatchObject({
      packages: [{ environment: 'windows' }],
    })
  })
  it('is reached from another distribution through Windows, where variables cross twice', () => {
    const world = { environments: [ubuntu, debian, windows] }
    expect(written('t', { server: { ...tavily, runIn: 'wsl:Debian' }, keys, world })).toMatchObject({
      command: '/mnt/c/Windows/System32/wsl.exe',
      args: ['-d', 'Debian', '-u', 'bo', '--exec', '/opt/node/bin/node', expect.any(String)],
      env: { WSLENV: 'TAVILY_API_KEY' },
    })
  })
  it('gets the path of a bare command from that side, and is refused when it has none or no program', () => {
    const server = { command: 'uvx', args: ['x'], runIn: 'wsl' }
    const commandPath = (_: unknown, command: string) => (command === 'uvx' ? '/home/ana/.local/bin/uvx' : null)
    expect(written('u', { server, ...on, more: { commandPath } }).args).toEqual([
      '-d',
      'Ubuntu',
      '-u',
      'ana',
      '--exec',
      '/home/ana/.local/bin/uvx',
      'x',
    ])
    expect(written('u', { server, more: { commandPath } })).toEqual({ command: 'uvx', args: ['x'] })
    expect(render('u', { server: { ...server, command: 'nope' }, ...on, more: { commandPath } })).toMatchObject({
      kind: 'refuse',
      reason: '"nope" is not found on Ubuntu',
    })
    expect(render('u', { server: { command: 'C:\\t\\run.bat', runIn: 'windows' } })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('run.bat is a script'),
    })
    expect(render('u', { server: { command: 'x', runIn: 'macos' } })).toMatchObject({
      kind: 'refuse',
      reason: 'u runs in macos, which does not exist here',
    })
  })
})

describe('what differs per side', () => {
  const server = {
    command: '/opt/thing/serve',
    args: ['--fast'],
    env: { A: '1', B: '2' },
    on: {
      windows: { command: 'C:\\thing\\serve.exe', env: { B: '3' } },
      'wsl:Ubuntu': { args: ['--slow'] },
      wsl: { args: ['--wsl'], env: { C: '4' } },
    },
  }
  it('is laid over the rest, the kind of side first and then the side itself', () => {
    expect(written('l', { server, ...on })).toEqual({ command: 'C:\\thing\\serve.exe', args: ['--fast'], env: { A: '1', B: '3' } })
    expect(written('l', { server })).toEqual({ command: '/opt/thing/serve', args: ['--slow'], env: { A: '1', B: '2', C: '4' } })
  })
  it('may be another kind of server, or nothing for a side', () => {
    expect(written('l', { server: { ...server, on: { wsl: { url: 'https://x.dev/mcp' } } } })).toEqual({
      type: 'http',
      url: 'https://x.dev/mcp',
    })
    expect(render('l', { server: { on: { windows: { command: 'x' } } } })).toMatchObject({ kind: 'none' })
  })
})

describe('who gets a server', () => {
  const place = (server: object, id: string, environment = ubuntu) =>
    render('s', { server: { command: 'x', ...server }, client: id, environment }).kind
  it('follows only and except, by client, kind of side, and side', () => {
    expect(place({ only: ['wsl'] }, 'claude-code')).toBe('entry')
    expect(place({ only: ['wsl'] }, 'claude-desktop', windows)).toBe('none')
    expect(place({ only: ['cursor', 'wsl'] }, 'cursor')).toBe('entry')
    expect(place({ only: ['cursor', 'wsl'] }, 'cursor', windows)).toBe('none')
    expect(place({ only: ['cursor', 'wsl'] }, 'claude-code')).toBe('none')
    expect(place({ only: ['wsl:Debian'] }, 'claude-code')).toBe('none')
    expect(place({ except: ['cursor', 'windows'] }, 'cursor')).toBe('none')
    expect(place({ except: ['cursor', 'windows'] }, 'claude-code')).toBe('entry')
    expect(place({ only: [] }, 'cursor')).toBe('none')
    expect(place({ disabled: true }, 'claude-code')).toBe('none')
  })
})

describe('a remote server', () => {
  const server = { url: 'https://mcp.scavio.dev/mcp', headers: { 'x-api-key': '${secret:SCAVIO_API_KEY}' } }
  const stored = { SCAVIO_API_KEY: 'k-2' }
  it('is spelled as each client reads it', () => {
    expect(written('s', { server, keys: stored })).toEqual({ type: 'http', url: server.url, headers: { 'x-api-key': 'k-2' } })
    expect(written('s', { server: { ...server, transport: 'sse' }, keys: stored })).toMatchObject({ type: 'sse' })
    expect(written('s', { server, keys: stored, client: 'cursor' })).toEqual({ url: server.url, headers: { 'x-api-key': 'k-2' } })
    expect(render('s', { server, keys: stored })).toMatchObject({ holdsKey: true, launcher: [] })
  })
  it("is relayed for Claude Desktop by that side's own launcher", () => {
    expect(written('s', { server, keys: stored, ...on })).toEqual({
      command: 'C:\\Program Files\\nodejs\\node.exe',
      args: ['C:\\Users\\Ana Ruiz\\.mcp-twin\\bin\\mcp-twin.mjs', 'run', 's'],
    })
    expect(render('s', { server, keys: stored, ...on })).toMatchObject({ holdsKey: false, launcher: ['windows'], launches: ['windows'] })
  })
  it('is relayed everywhere when no config may hold a key, and only then', () => {
    expect(written('s', { server, keys: stored, manifest: { launch: 'run' } })).toMatchObject({
      args: ['/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'run', 's'],
    })
    expect(written('s', { server: { url: server.url }, manifest: { launch: 'run' } })).toEqual({ type: 'http', url: server.url })
  })
})

describe('a remote server with a login', () => {
  const server = { url: 'https://mcp.linear.app/mcp', auth: 'oauth' as const }
  it("is run on home's side by every program, across the border from the other one", () => {
    const home = { command: '/usr/bin/node', args: ['/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'run', 's'] }
    for (const client of ['claude-code', 'cursor']) expect(written('s', { server, client })).toMatchObject(home)
    expect(written('s', { server, ...on })).toEqual({
      command: 'C:\\Windows\\System32\\wsl.exe',
      args: ['-d', 'Ubuntu', '-u', 'ana', '--exec', home.command, ...home.args],
    })
    expect(render('s', { server, ...on })).toMatchObject({ holdsKey: false, launcher: ['wsl:Ubuntu'], launches: [] })
  })
})

describe('templates', () => {
  it('stand anywhere in a text, and everything else passes untouched', () => {
    const server = { command: 'x', args: ['--u=${env:WHO}', '${HOME}/${WHO:-me}', '$${secret:X}', '$$$${env:Y}'] }
    expect(written('t', { server, variables: { WHO: 'ana' } }).args).toEqual(['--u=ana', '${HOME}/${WHO:-me}', '${secret:X}', '$${env:Y}'])
  })
  it('are refused when nothing stands for them', () => {
    expect(render('t', { server: { command: 'x', args: ['${env:NOPE}', '${env:NEITHER}'] } })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringMatching(/NOPE, NEITHER.*not set/),
    })
    expect(render('t', { server: { command: 'x', args: ['${path:C:relative}'] } })).toMatchObject({
      kind: 'refuse',
      reason: expect.stringContaining('${path:C:relative}'),
    })
    expect(render('t', { server: { command: 'x', env: { A: '${secret:A}', B: '${secret:B}' } }, keys: { A: '1' } })).toMatchObject({
      kind: 'refuse',
      reason: 'the key B is not in the store',
    })
  })
})

describe('the bridge', () => {
  it.each(worlds)("is home's own program in every place: $name", ({ world, home }) => {
    for (const environment of world.environments) {
      const rendered = renderBridge({ client: client('claude-code'), environment, world, home, folders: folderOf(world) })
      const text = rendered.kind === 'entry' ? JSON.stringify(reveal(rendered.value)) : rendered.reason
      expect(text).toContain(JSON.stringify('mcp-twin.mjs').slice(1, -1))
      expect(text).toContain('"serve","--client","claude-code"')
      expect(text).not.toContain('"env"')
    }
  })
})

describe('a name', () => {
  it('is mapped for a client that refuses it, whatever the order', () => {
    const servers = {
      'My Server': { command: 'a' },
      'my/server': { command: 'b' },
      'My-Server': { command: 'c' },
      workspace: { command: 'd' },
      한국: { command: 'e' },
    }
    const names = (order: string[]) =>
      order.map((name) => [
        name,
        render(name, {
          server: { command: 'x' },
          manifest: { servers: Object.fromEntries(order.map((each) => [each, { command: 'x' }])) },
        }),
      ])
    const given = names(Object.keys(servers)).map(([name, rendered]) => [
      name,
      typeof rendered === 'object' && rendered.kind === 'entry' ? rendered.name : '',
    ])
    expect(new Set(given.map(([, name]) => name)).size).toBe(5)
    for (const [, name] of given) expect(name).toMatch(/^[A-Za-z0-9_-]+$/)
    const reversed = names(Object.keys(servers).reverse()).map(([name, rendered]) => [
      name,
      typeof rendered === 'object' && rendered.kind === 'entry' ? rendered.name : '',
    ])
    expect(Object.fromEntries(reversed)).toEqual(Object.fromEntries(given))
    expect(Object.fromEntries(given)).toMatchObject({ 'My-Server': 'My-Server', 'my/server': 'my-server' })
    expect(
      render('My Server', {
        server: { command: 'x' },
        client: 'claude-desktop',
        environment: linux,
        world: { environments: [linux] },
        home: linux,
      }),
    ).toMatchObject({ name: 'My Server' })
  })
})
