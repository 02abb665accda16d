import { beforeAll, describe, expect, it } from 'vitest'
import { putInstalled } from '../../support/installed.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { type Planted, world } from '../../support/world.ts'
import { codeFile, cursorFile, documentOf, home, settingsFor, stepsAs, type SyncDocument, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const GITHUB = 'ghp_012345678901234567890123456789abcdef'
const TIGHT = 'ghp_zyxwvutsrqponmlkjihgfedcba9876543210'
const TAVILY = 'tvly-dev-0123456789abcdefghijABCDEFGHIJ'
const UUID = '1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed'
const HEX = '0123456789abcdef0123456789abcdef'
const windows = { only: ['windows'] }

/** Launches as people have them in Claude Desktop's file on Windows, from the frequent to the odd, and what they mean. */
const forms: Record<string, [entry: unknown, server: object]> = {
  npx: [{ command: 'npx', args: ['-y', 'tiny-server'] }, { package: 'tiny-server' }],
  'npx-latest': [
    { command: 'npx', args: ['-y', 'tiny-server@latest', '--flag'] },
    { package: 'tiny-server@latest', args: ['--flag'] },
  ],
  'npx-pinned': [{ command: 'npx', args: ['tiny-server@1.0.0'] }, { package: 'tiny-server@1.0.0' }],
  'cmd-npx': [
    { command: 'cmd', args: ['/c', 'npx', '-y', '@tiny/other', 'C:\\Users\\Ana\\Documents'] },
    { package: '@tiny/other', args: ['C:\\Users\\Ana\\Documents'] },
  ],
  'cmd-exe-line': [{ command: 'cmd.exe', args: ['/d', '/s', '/C', 'npx -y tiny-server'] }, { package: 'tiny-server' }],
  'npx-cmd': [{ command: 'C:\\Program Files\\nodejs\\npx.cmd', args: ['-y', 'tiny-server'] }, { package: 'tiny-server' }],
  'npx-p': [
    { command: 'npx', args: ['-y', '-p', '@tiny/other', 'other'] },
    { package: '@tiny/other', bin: 'other' },
  ],
  'npx-c': [
    { command: 'npx', args: ['-y', '-c', 'other --x'] },
    { command: 'npx', args: ['-y', '-c', 'other --x'] },
  ],
  git: [
    { command: 'npx', args: ['-y', 'github:owner/repo'] },
    { command: 'npx', args: ['-y', 'github:owner/repo'] },
  ],
  bunx: [{ command: 'bunx', args: ['-y', 'tiny-server'] }, { package: 'tiny-server' }],
  pnpm: [{ command: 'pnpm', args: ['dlx', 'tiny-server'] }, { package: 'tiny-server' }],
  'npm-exec': [{ command: 'npm', args: ['exec', '-y', '--', 'tiny-server'] }, { package: 'tiny-server' }],
  'node-exe': [
    { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\tools\\srv\\index.js'] },
    { command: 'C:\\Program Files\\nodejs\\node.exe', args: ['C:\\tools\\srv\\index.js'] },
  ],
  node: [
    { command: 'node', args: ['C:/tools/srv/index.js'] },
    { command: 'node', args: ['C:/tools/srv/index.js'] },
  ],
  remote: [
    {
      command: 'npx',
      args: ['-y', 'mcp-remote', 'https://mcp.example.com/mcp', '--header', 'Authorization: Bearer ${T}'],
      env: { T: GITHUB },
    },
    { url: 'https://mcp.example.com/mcp', headers: { Authorization: expect.stringMatching(/^Bearer \$\{secret:\w+\}$/) } },
  ],
  'remote-tight': [
    { command: 'npx', args: ['mcp-remote@0.1.29', 'https://mcp.example.com/sse', '--header', `Authorization:Bearer ${TIGHT}`] },
    { url: 'https://mcp.example.com/sse', headers: { Authorization: expect.stringMatching(/^Bearer \$\{secret:\w+\}$/) } },
  ],
  python: [
    { command: 'python', args: ['-m', 'server'] },
    { command: 'python', args: ['-m', 'server'] },
  ],
  uvx: [
    { command: 'uvx', args: ['blender-mcp'] },
    { command: 'uvx', args: ['blender-mcp'] },
  ],
  uv: [
    { command: 'uv', args: ['--directory', 'C:\\src\\thing', 'run', 'main.py'] },
    { command: 'uv', args: ['--directory', 'C:\\src\\thing', 'run', 'main.py'] },
  ],
  docker: [
    { command: 'docker', args: ['run', '-i', '--rm', '-e', `GITHUB_PERSONAL_ACCESS_TOKEN=${GITHUB}`, 'img'] },
    { command: 'docker', args: ['run', '-i', '--rm', '-e', 'GITHUB_PERSONAL_ACCESS_TOKEN=${secret:GITHUB_PERSONAL_ACCESS_TOKEN}', 'img'] },
  ],
  smithery: [
    { command: 'npx', args: ['-y', '@tiny/other', 'run', 'x', '--key', UUID] },
    { package: '@tiny/other', args: ['run', 'x', '--key', expect.stringMatching(/^\$\{secret:\w+\}$/)] },
  ],
  dsn: [
    { command: 'npx', args: ['-y', '@tiny/other', 'postgresql://user:s3cretPassw0rd@localhost:5432/db'] },
    { package: '@tiny/other', args: [expect.stringMatching(/^postgresql:\/\/user:\$\{secret:\w+\}@localhost:5432\/db$/)] },
  ],
  'wsl-bash': [
    { command: 'wsl', args: ['-e', 'bash', '-c', 'cd /srv && node x.js'] },
    { command: 'wsl', args: ['-e', 'bash', '-c', 'cd /srv && node x.js'] },
  ],
  powershell: [
    { command: 'powershell', args: ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', 'C:\\x.ps1'] },
    { command: 'powershell', args: ['-NoProfile', '-ExecutionPolicy', 'Bypass', '-File', 'C:\\x.ps1'] },
  ],
  env: [
    {
      command: 'npx',
      args: ['-y', 'tiny-server'],
      env: { TAVILY_API_KEY: TAVILY, EMPTY: '', PLACE: 'YOUR_API_KEY', REF: '${HOME}', N: 5, B: true },
    },
    {
      package: 'tiny-server',
      env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}', EMPTY: '', PLACE: 'YOUR_API_KEY', REF: '${HOME}', N: '5', B: 'true' },
    },
  ],
  'whole-line': [{ command: 'npx -y tiny-server' }, { package: 'tiny-server' }],
  'args-text': [{ command: 'npx', args: '-y tiny-server' }, { package: 'tiny-server' }],
  'no-args': [{ command: 'mcp-thing' }, { command: 'mcp-thing' }],
  'empty-env': [{ command: 'npx', args: ['-y', 'tiny-server'], env: {} }, { package: 'tiny-server' }],
  extras: [
    { command: 'npx', args: ['-y', 'tiny-server'], disabled: false, alwaysAllow: ['a'], timeout: 60, type: 'stdio', cwd: 'C:\\src' },
    { package: 'tiny-server' },
  ],
  'github.com/org/repo': [{ command: 'npx', args: ['-y', 'tiny-server'] }, { package: 'tiny-server' }],
  'с 한국 (x)': [
    { command: 'uvx', args: ['x'] },
    { command: 'uvx', args: ['x'] },
  ],
  url: [
    { type: 'http', url: `https://x.example/mcp?api_key=${HEX}` },
    { url: expect.stringMatching(/^https:\/\/x\.example\/mcp\?api_key=\$\{secret:\w+\}$/) },
  ],
  httpUrl: [{ httpUrl: 'https://x.example/mcp' }, { url: 'https://x.example/mcp' }],
  serverUrl: [
    { serverUrl: 'https://x.example/mcp', type: 'SSE' },
    { url: 'https://x.example/mcp', transport: 'sse' },
  ],
  streamable: [
    { type: 'streamable-http', url: 'https://x.example/mcp', headers: { 'x-api-key': `a${HEX}` } },
    { url: 'https://x.example/mcp', headers: { 'x-api-key': expect.stringMatching(/^\$\{secret:\w+\}$/) } },
  ],
}

/** Shapes that no program could start: left as they stand, with the reason. */
const broken: Record<string, unknown> = {
  empty: {},
  text: 'npx -y x',
  list: ['npx'],
  number: 7,
  nothing: null,
  tcp: { type: 'tcp', host: 'localhost', port: 3000 },
  'no-command': { args: ['x'] },
}

describe('a Claude Desktop file on Windows full of what people have in it', () => {
  let planted: Planted
  let first: SyncDocument
  const text = JSON.stringify(
    {
      mcpServers: { ...Object.fromEntries(Object.entries(forms).map(([name, [entry]]) => [name, entry])), ...broken },
      preferences: { sidebarMode: 'chat' },
    },
    null,
    2,
  )
  const manifest = () => JSON.parse(planted.self.read('.mcp-twin/mcp-twin.json')) as { servers: Record<string, object> }

  beforeAll(async () => {
    const npmrc = settingsFor(registry)
    planted = world().wsl('Ubuntu').windows().file('.npmrc', npmrc).client('claude-desktop', text).build({ npmrc })
    // Nothing is started: some of these programs are on this machine.
    const result = await planted.cli(['init', '--yes', '--no-bridge', '--no-install', '--json'])
    expect(result).toMatchObject({ code: 0 })
    first = documentOf(result)
  })

  it.each(Object.entries(forms))('%s is understood', (name, [, server]) => {
    expect(manifest().servers[name]).toEqual({ ...server, ...windows })
  })

  it('says of every shape that cannot be read why it is left alone', () => {
    for (const name of Object.keys(broken)) {
      expect(manifest().servers[name]).toBeUndefined()
      expect(first.notices).toContainEqual(expect.stringMatching(new RegExp(`^${name} .*left alone, .+`)))
    }
    expect(first.unmanaged.map((each) => each.server)).toEqual([])
  })

  it('keeps every key out of the manifest and of what was said, and all in the store', () => {
    const store = planted.self.read('.mcp-twin/secrets.json')
    for (const key of [GITHUB, TIGHT, TAVILY, UUID, HEX, 's3cretPassw0rd']) {
      expect(store).toContain(key)
      expect(planted.self.read('.mcp-twin/mcp-twin.json')).not.toContain(key)
      expect(JSON.stringify(first)).not.toContain(key)
    }
  })

  it('has left the file as it was, since only the manifest was wanted', () => {
    expect(planted.side('windows').read(planted.side('windows').clientFile('claude-desktop'))).toBe(text)
  })

  it('is then written in our form, keys where they were, the rest as it was', async () => {
    putInstalled(registry, planted.side('windows').here('.mcp-twin'), 'tiny-server@1.0.0', 'tiny-server@1.1.0', '@tiny/other@2.0.0')
    const result = await planted.cli(['sync', '--json'])
    expect(result, result.output).toMatchObject({ code: 0 })
    expect(result.stderr).not.toContain('Warning')
    const document = documentOf(result)
    expect(document).toMatchObject({ inSync: true })
    expect(document.unmanaged.map((each) => each.server).sort()).toEqual(Object.keys(broken).sort())
    const config = planted.side('windows').config('claude-desktop') as { mcpServers: Record<string, { command: string; args: string[] }> }
    const { mcpServers: servers } = config
    expect(config).toMatchObject({ preferences: { sidebarMode: 'chat' } })
    expect(Object.keys(servers)).toEqual([...Object.keys(forms), ...Object.keys(broken)])
    expect(servers).toMatchObject(broken)
    for (const name of ['npx', 'cmd-npx', 'cmd-exe-line', 'npx-cmd', 'bunx', 'pnpm', 'npm-exec', 'whole-line', 'args-text', 'empty-env']) {
      expect(servers[name]?.command).toBe('C:\\Program Files\\nodejs\\node.exe')
      expect(servers[name]?.args[0]).toMatch(/^C:\\Users\\Ana\\\.mcp-twin\\npm\\.*\\server\.js$/)
    }
    expect(servers.npx?.args[0]).toContain('tiny-server@1.1.0')
    expect(servers['npx-pinned']?.args[0]).toContain('tiny-server@1.0.0')
    expect(servers.docker?.args).toContain(`GITHUB_PERSONAL_ACCESS_TOKEN=${GITHUB}`)
    expect(servers.smithery?.args.slice(1)).toEqual(['run', 'x', '--key', UUID])
    expect(servers.extras).toMatchObject({ disabled: false, alwaysAllow: ['a'], timeout: 60, cwd: 'C:\\src' })
    expect(servers.remote?.args.slice(-2)).toEqual(['run', 'remote'])
    expect(JSON.stringify(servers.remote)).not.toContain(GITHUB)
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })
})

describe('servers that several programs already have', () => {
  const inBoth = async (desktop: object, code: object) => {
    const npmrc = settingsFor(registry)
    const planted = world()
      .wsl('Ubuntu')
      .client('claude-code', JSON.stringify({ mcpServers: code }))
      .windows()
      .file('.npmrc', npmrc)
      .client('claude-desktop', JSON.stringify({ mcpServers: desktop }))
      .build({ npmrc })
    const document = documentOf(await planted.cli(['init', '--yes', '--no-bridge', '--json', '--no-install']))
    const { servers } = JSON.parse(planted.self.read('.mcp-twin/mcp-twin.json'))
    return { planted, document, servers: servers as Record<string, Record<string, unknown>> }
  }

  it('become one server where they mean the same, in any spelling', async () => {
    const { servers, document } = await inBoth(
      { one: { command: 'cmd', args: ['/c', 'npx', '-y', 'tiny-server', '\\\\wsl.localhost\\Ubuntu\\srv\\data'] } },
      { one: { type: 'stdio', command: 'npx', args: ['-y', 'tiny-server', '/srv/data'], env: {} } },
    )
    expect(servers).toEqual({ one: { package: 'tiny-server', args: ['${path:/srv/data}'] } })
    expect(document.imported).toHaveLength(2)
  })

  it('become one server, with differences of a side under "on"', async () => {
    const { servers, planted } = await inBoth(
      { one: { command: 'C:\\thing\\serve.exe', args: ['--fast'] } },
      { one: { command: '/opt/thing/serve', args: ['--fast'] } },
    )
    expect(servers.one).toHaveProperty('on')
    expect((await planted.cli(['sync'])).code).toBe(0)
    expect(planted.side('windows').config('claude-desktop')).toEqual({
      mcpServers: { one: { command: 'C:\\thing\\serve.exe', args: ['--fast'] } },
    })
    expect(planted.self.config('claude-code')).toEqual({ mcpServers: { one: { command: '/opt/thing/serve', args: ['--fast'] } } })
  })

  it('share one key where it is the same, and else keep two', async () => {
    const server = (key: string) => ({ command: 'npx', args: ['-y', 'tiny-server'], env: { TAVILY_API_KEY: key } })
    const same = await inBoth({ one: server(TAVILY) }, { one: server(TAVILY) })
    expect(JSON.parse(same.planted.self.read('.mcp-twin/secrets.json'))).toEqual({ TAVILY_API_KEY: TAVILY })
    const other = await inBoth({ one: server(TAVILY) }, { one: server(`${TAVILY}x`) })
    expect(Object.values(JSON.parse(other.planted.self.read('.mcp-twin/secrets.json'))).sort()).toEqual([TAVILY, `${TAVILY}x`])
    for (const side of ['wsl:Ubuntu', 'windows']) putInstalled(registry, other.planted.side(side).here('.mcp-twin'), 'tiny-server@1.1.0')
    expect((await other.planted.cli(['sync'])).code).toBe(0)
    const env = (config: Record<string, unknown> | null) => (config as { mcpServers: { one: { env: object } } }).mcpServers.one.env
    expect(env(other.planted.side('windows').config('claude-desktop'))).toEqual({ TAVILY_API_KEY: TAVILY })
    expect(env(other.planted.self.config('claude-code'))).toEqual({ TAVILY_API_KEY: `${TAVILY}x` })
  })

  it('stay on the side they came from where only that one has them', async () => {
    const { servers } = await inBoth(
      { left: { command: 'npx', args: ['tiny-server'] } },
      { right: { type: 'http', url: 'https://x.example' } },
    )
    expect(servers.left?.only).toEqual(['windows'])
    expect(servers.right?.only).toEqual(['wsl'])
  })
})

describe('a config that cannot be read', () => {
  it.each([
    ['it is cut off', '{"mcpServers":{"a":{"command":"x"}', /line 1/],
    ['it is a list', '[]', /object/],
    ['its servers are a list', '{"mcpServers":[]}', /mcpServers/],
    ['it has a comment, which Claude Code does not read', '{\n  // mine\n  "mcpServers":{}}', /comment.*line 2|line 2.*comment/i],
  ])('is left alone with the reason, while the others are imported: %s', async (_what, text, reason) => {
    const place = home()
    putProgram(place.path('.mcp-twin'))
    place.write(codeFile, text)
    place.write(cursorFile, JSON.stringify({ mcpServers: { mine: place.tiny } }))
    const document = await place.json(['init', '--yes', '--no-bridge'])
    expect(document.code).toBe(3)
    const refused = document.steps.filter((step) => step.outcome === 'refused')
    expect(refused).toEqual([
      expect.objectContaining({ client: 'claude-code', kind: 'refuse', server: null, reason: expect.stringMatching(reason) }),
    ])
    expect(place.read(codeFile)).toBe(text)
    expect(stepsAs(document)).toContain('write claude-code-config mine add done')
    expect(document.imported).toEqual([{ environment: 'linux', client: 'cursor', server: 'mine' }])
  })

  it('says once that a server which differs in one program stays there, and names the way to it afterwards', async () => {
    const place = home()
    place.write(codeFile, JSON.stringify({ mcpServers: { odd: { command: '/opt/one' } } }))
    place.write(cursorFile, JSON.stringify({ mcpServers: { odd: { command: '/opt/two' } } }))
    const { stdout } = await place.run(['init', '--yes', '--no-bridge', '--no-install'])
    expect(stdout.match(/differs from the odd of your other programs|odd: not managed/g), stdout).toHaveLength(1)
    const listed = await place.run(['list'])
    expect(listed.stdout).toMatch(/To bring it there:\n +mcp-twin enable odd --client cursor --on \S+\n/)
  })

  it('keeps Cursor’s comments where Cursor reads them', async () => {
    const place = home()
    place.write(cursorFile, '{\n  // mine\n  "mcpServers": {\n    "mine": { "command": "x" }, // why\n  },\n}\n')
    place.manifest({ extra: place.tiny })
    expect((await place.json(['sync'])).code).toBe(0)
    expect(place.read(cursorFile)).toContain('// mine')
    expect(place.read(cursorFile)).toContain('"mine": { "command": "x" }, // why')
    expect(place.read(cursorFile)).toContain('"extra": {')
  })
})
