import { describe, expect, it } from 'vitest'
import { type UnmanagedEntry, type ImportOptions, importServers } from '../../../src/core/import/merge.ts'
import { renderEntry } from '../../../src/core/launch/render.ts'
import type { JsonValue } from '../../../src/model/entry.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { reveal, Secret } from '../../../src/model/secret.ts'
import { token } from '../../support/made-keys.ts'
import { client, debian, folderOf, linux, read, request, ubuntu, windows } from '../../support/launches.ts'

const world = { environments: [ubuntu, windows] }
const found = (environment: Environment, id: string, servers: Record<string, JsonValue>): UnmanagedEntry[] =>
  Object.entries(servers).map(([name, value]) => ({ environment, client: client(id), name, value: new Secret(value) }))
const inDesktop = (servers: Record<string, JsonValue>) => found(windows, 'claude-desktop', servers)
const inCode = (servers: Record<string, JsonValue>) => found(ubuntu, 'claude-code', servers)
const options = (more: Partial<ImportOptions> = {}): ImportOptions => ({
  world,
  home: ubuntu,
  sides: world.environments,
  lock: { version: 1, packages: {} },
  folders: folderOf(world),
  key: () => null,
  ...more,
})
const take = (entries: UnmanagedEntry[], more: Partial<ImportOptions> = {}) => {
  const result = importServers(entries, options(more))
  return { ...result, keys: Object.fromEntries(result.secrets.map(({ name, value }) => [name, reveal(value)])) }
}
const key = token(40)
const other = token(32)

describe('the same server on both sides', () => {
  it('is one, however each side spells it', () => {
    const result = take([
      ...inDesktop({ tavily: { command: 'cmd', args: ['/c', 'npx', '-y', 'tavily-mcp@0.2.22'], env: { TAVILY_API_KEY: key } } }),
      ...inCode({ tavily: { type: 'stdio', command: 'npx', args: ['-y', 'tavily-mcp@0.2.22'], env: { TAVILY_API_KEY: key } } }),
    ])
    expect(result.servers).toEqual({ tavily: { package: 'tavily-mcp@0.2.22', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } } })
    expect(result.keys).toEqual({ TAVILY_API_KEY: key })
    expect(result.adopted.map(({ environment, client: id, server }) => [environment, id, server])).toEqual([
      ['windows', 'claude-desktop', 'tavily'],
      ['wsl:Ubuntu', 'claude-code', 'tavily'],
    ])
    expect(result.unmanaged).toEqual([])
    expect(JSON.stringify(result.servers)).not.toContain(key)
  })

  it('is one where Windows reaches into WSL for what WSL runs itself', () => {
    const result = take([
      ...inDesktop({ x: { command: 'wsl.exe', args: ['-d', 'Ubuntu', '--', 'npx', '-y', 'x', '--a'] } }),
      ...inCode({ x: { command: 'npx', args: ['-y', 'x', '--a'] } }),
    ])
    expect(result.servers).toEqual({ x: { package: 'x', args: ['--a'], runIn: 'wsl' } })
  })

  it('has one path for two spellings of it', () => {
    const result = take([
      ...inDesktop({
        f: {
          command: 'npx',
          args: ['-y', 'f', '\\\\wsl.localhost\\Ubuntu\\home\\ana\\notes', '--root=C:\\Users\\Ana Ruiz\\x', 'C:\\Other'],
        },
      }),
      ...inCode({ f: { command: 'npx', args: ['-y', 'f', '/home/ana/notes', '--root=/mnt/c/Users/Ana Ruiz/x', '/srv/other'] } }),
    ])
    expect(result.servers.f).toEqual({
      package: 'f',
      args: ['${path:~/notes}', '--root=${path:C:\\Users\\Ana Ruiz\\x}', '/srv/other'],
      on: { windows: { args: ['${path:~/notes}', '--root=${path:C:\\Users\\Ana Ruiz\\x}', 'C:\\Other'] } },
    })
    const alike = take([
      ...inDesktop({
        f: { command: 'npx', args: ['-y', 'f', '\\\\wsl$\\Ubuntu\\srv', '//wsl.localhost/Ubuntu/home/ana/notes'], env: { DIR: 'D:/d' } },
      }),
      ...inCode({ f: { command: 'npx', args: ['-y', 'f', '/srv', '/home/ana/notes'], env: { DIR: '/mnt/d/d' } } }),
    ])
    expect(alike.servers.f).toEqual({ package: 'f', args: ['${path:/srv}', '${path:~/notes}'], env: { DIR: '${path:D:\\d}' } })
    const apart = take([
      ...inDesktop({ f: { command: 'npx', args: ['f', 'C:\\Users\\Ana Ruiz\\notes'] } }),
      ...inCode({ f: { command: 'npx', args: ['f', '/home/ana/notes'] } }),
    ])
    expect(apart.servers.f).toEqual({ package: 'f', args: ['/home/ana/notes'], on: { windows: { args: ['C:\\Users\\Ana Ruiz\\notes'] } } })
  })

  it('gets one version when only one side pins it', () => {
    const result = take([
      ...inDesktop({ x: { command: 'npx', args: ['-y', 'x@latest'] } }),
      ...inCode({ x: { command: 'npx', args: ['-y', 'x@1.2.3'] } }),
    ])
    expect(result.servers).toEqual({ x: { package: 'x@1.2.3' } })
    expect(result.notes).toEqual([expect.stringContaining('become x@1.2.3 on both')])
  })

  it('gets one version of a Python package when only one side pins it', () => {
    const entries = (one: string, other: string) => [
      ...inDesktop({ x: { command: 'uvx', args: [one] } }),
      ...inCode({ x: { command: 'uvx', args: [other] } }),
    ]
    const hasUv = () => true
    for (const [one, other] of [
      ['x@latest', 'x@1.2'],
      ['X==1.2', 'x'],
    ] as const)
      expect(take(entries(one, other), { hasUv }).servers).toEqual({ x: { pypi: 'x@1.2' } })
    expect(take(entries('x@1', 'x@1.2'), { hasUv }).servers).toEqual({ x: { pypi: 'x@1.2', on: { windows: { pypi: 'x@1' } } } })
  })
})

describe('one name that differs', () => {
  it('says under "on" what differs', () => {
    const result = take([
      ...inDesktop({ s: { command: 'C:\\t\\serve.exe', args: ['--fast'], env: { A: '1', W: 'w' } } }),
      ...inCode({ s: { command: '/opt/serve', env: { A: '1', L: 'l' } } }),
    ])
    expect(result.servers).toEqual({
      s: {
        command: '/opt/serve',
        env: { A: '1' },
        on: { wsl: { env: { L: 'l' } }, windows: { command: 'C:\\t\\serve.exe', args: ['--fast'], env: { W: 'w' } } },
      },
    })
  })

  it('may be two kinds of server', () => {
    const result = take([
      ...inDesktop({ s: { command: 'C:\\t\\serve.exe' } }),
      ...inCode({ s: { type: 'http', url: 'https://x.dev/mcp' } }),
    ])
    expect(result.servers).toEqual({ s: { on: { wsl: { url: 'https://x.dev/mcp' }, windows: { command: 'C:\\t\\serve.exe' } } } })
  })

  it('keeps two keys apart, and says so', () => {
    const result = take([
      ...inDesktop({ t: { command: 'npx', args: ['t'], env: { T_API_KEY: key } } }),
      ...inCode({ t: { command: 'npx', args: ['t'], env: { T_API_KEY: other } } }),
    ])
    expect(result.servers.t).toEqual({
      package: 't',
      env: { T_API_KEY: '${secret:T_API_KEY_2}' },
      on: { windows: { env: { T_API_KEY: '${secret:T_API_KEY}' } } },
    })
    expect(result.keys).toEqual({ T_API_KEY: key, T_API_KEY_2: other })
    expect(result.notes).toEqual([expect.stringContaining('T_API_KEY: two keys, kept apart')])
    expect(JSON.stringify(result.notes)).not.toContain(key)
  })

  it('names whose each of two values is, never a value', () => {
    const both = [
      ...inDesktop({ t: { command: 'npx', args: ['t'], env: { T_API_KEY: key } } }),
      ...inCode({ t: { command: 'npx', args: ['t'], env: { T_API_KEY: other } } }),
    ]
    const { conflicts } = take(both)
    expect(conflicts.map(({ name, values }) => [name, ...values.map((each) => [each.key, ...each.holders])])).toEqual([
      ['T_API_KEY', ['T_API_KEY', 'Claude Desktop (Windows)'], ['T_API_KEY_2', 'Claude Code (Ubuntu)']],
    ])
    expect(take(both, { key: (name) => (name === 'T_API_KEY' ? new Secret(key) : null) }).conflicts[0]?.values[0]?.holders).toEqual([
      'the key store',
      'Claude Desktop (Windows)',
    ])
    const settled = take(both, { settled: new Map([['T_API_KEY', new Secret(other)]]) })
    expect(settled.servers.t).toEqual({ package: 't', env: { T_API_KEY: '${secret:T_API_KEY}' } })
    expect([settled.keys, settled.conflicts, settled.notes]).toEqual([{ T_API_KEY: other }, [], []])
  })

  it('tells two accounts of one client apart by their servers', () => {
    const { conflicts } = take(
      inCode({
        work: { command: 'npx', args: ['t'], env: { GITHUB_TOKEN: key } },
        home: { command: 'npx', args: ['t'], env: { GITHUB_TOKEN: other } },
      }),
    )
    expect(conflicts[0]?.values.map(({ holders }) => holders)).toEqual([['work of Claude Code (Ubuntu)'], ['home of Claude Code (Ubuntu)']])
  })

  it('between two clients of one side leaves the second one its own', () => {
    const result = take([...inCode({ s: { command: 'a' } }), ...found(ubuntu, 'cursor', { s: { command: 'b' } })])
    expect(result.servers).toEqual({ s: { command: 'a', only: ['wsl'], except: ['cursor'] } })
    expect(result.unmanaged).toEqual([
      {
        environment: 'wsl:Ubuntu',
        client: 'cursor',
        name: 's',
        reason: expect.stringContaining('it differs from the s of your other programs'),
      },
    ])
  })

  it('that crosses the border in another way stays as typed there', () => {
    const result = take([
      ...inDesktop({ x: { command: 'wsl.exe', args: ['npx', '-y', 'x', '--a'] } }),
      ...inCode({ x: { command: 'npx', args: ['-y', 'x', '--b'] } }),
    ])
    expect(result.servers.x).toEqual({
      on: { wsl: { package: 'x', args: ['--b'] }, windows: { command: 'wsl.exe', args: ['npx', '-y', 'x', '--a'] } },
    })
  })

  it('on a third side is added to the rest', () => {
    const three = { environments: [ubuntu, debian, windows] }
    const result = take(
      [
        ...inCode({ s: { command: 'a' } }),
        ...found(debian, 'claude-code', { s: { command: 'b', args: ['c'] } }),
        ...inDesktop({ s: { command: 'a' } }),
      ],
      { world: three, sides: three.environments, folders: folderOf(three) },
    )
    expect(result.servers).toEqual({ s: { command: 'a', on: { 'wsl:Debian': { command: 'b', args: ['c'] } } } })
  })
})

describe('an imported server', () => {
  it('stays where it came from, unless it is wanted everywhere', () => {
    expect(take(inDesktop({ a: { command: 'x' } })).servers).toEqual({ a: { command: 'x', only: ['windows'] } })
    expect(take(inCode({ a: { command: 'x' } })).servers).toEqual({ a: { command: 'x', only: ['wsl'] } })
    expect(take(inCode({ a: { command: 'x' } }), { everywhere: () => true }).servers).toEqual({ a: { command: 'x' } })
    expect(
      take(found(linux, 'claude-code', { a: { command: 'x' } }), { world: { environments: [linux] }, home: linux, sides: [linux] }).servers,
    ).toEqual({ a: { command: 'x' } })
  })

  it('uses the key that the store has already', () => {
    const stored = (name: string) => (name === 'A_API_KEY' ? new Secret(key) : null)
    expect(take(inCode({ a: { command: 'x', env: { A_API_KEY: key } } }), { key: stored })).toMatchObject({
      keys: {},
      servers: { a: { env: { A_API_KEY: '${secret:A_API_KEY}' } } },
    })
    expect(take(inCode({ a: { command: 'x', env: { A_API_KEY: other } } }), { key: stored })).toMatchObject({
      keys: { A_API_KEY_2: other },
    })
  })

  it('never becomes a template by its looks', () => {
    const { servers } = take(inCode({ a: { command: 'x', args: ['${env:HOME}', '${HOME}', '${secret:X}'] } }))
    expect(servers.a?.args).toEqual(['$${env:HOME}', '${HOME}', '$${secret:X}'])
  })

  it('has keys taken out of lines that a shell reads', () => {
    const result = take(
      inCode({ a: { command: 'bash', args: ['-c', `cd /x && npx y --api-key ${key}`] }, b: { command: `FOO_TOKEN=${other} npx y` } }),
    )
    expect(JSON.stringify(result.servers)).not.toMatch(new RegExp(`${key}|${other}`))
    expect(result.keys).toEqual({ A_API_KEY: key, FOO_TOKEN: other })
  })

  it('says the same as before once it is rendered where it came from', () => {
    const values: Record<string, JsonValue> = {
      a: { command: 'uvx', args: ['a', '--key', key, '${env:X}'], env: { K_TOKEN: other, N: 1 } },
      b: { type: 'http', url: `https://x.dev/mcp?key=${key}`, headers: { Authorization: `Bearer ${other}` } },
      c: { command: 'docker', args: ['run', '-e', `C_TOKEN=${key}`, 'img'] },
    }
    const result = take(inCode(values))
    for (const [name, server] of Object.entries(result.servers)) {
      const rendered = renderEntry({ ...request(name, { server, keys: result.keys }) })
      expect(rendered.kind === 'entry' && read(reveal(rendered.value))).toEqual(read(values[name] as Record<string, JsonValue>))
    }
  })
})

describe('an entry that cannot be imported', () => {
  it('stays as it is, with the reason', () => {
    const result = take(
      inCode({
        a: {},
        b: 'npx x',
        'mcp-twin': { command: 'x' },
        c: { command: 'x', disabled: true },
        'd\u202e': { command: 'x' },
        e: { command: 'node', args: ['/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'run', 'gone'] },
        f: { url: '${env:API}/mcp' },
      }),
    )
    expect(result.servers).toEqual({})
    expect(result.unmanaged.map(({ name, reason }) => [name, reason])).toEqual([
      ['a', 'it is empty'],
      ['b', expect.stringContaining('a text')],
      ['mcp-twin', expect.stringContaining('bridge')],
      ['c', expect.stringContaining('switched off')],
      ['d\u202e', expect.stringContaining('invisible')],
      ['e', expect.stringContaining('"gone"')],
      ['f', expect.stringContaining('variable')],
    ])
  })

  it.each<[string, JsonValue, string]>([
    ['the url has a space at its end', { url: 'https://x.dev/mcp ' }, 'the url of "x" contains a space'],
    ['a header has a line break in its name', { url: 'https://x.dev/mcp', headers: { 'A\nB': 'c' } }, '"A?B" is not a valid header name'],
    ['a header has one in its value', { url: 'https://x.dev/mcp', headers: { A: 'b\r\nC: d' } }, 'contains a line break'],
    ['a variable has a space in its name', { command: 'x', env: { 'A B': '1' } }, '"A B" is not a valid variable name'],
    ['an argument holds a NUL', { command: 'x', args: ['a\0b'] }, 'contains a NUL'],
  ])('keeps nobody from the others where %s', (_title, value, reason) => {
    const result = take(inCode({ good: { command: 'good' }, x: value }))
    expect(Object.keys(result.servers)).toEqual(['good'])
    expect(result.unmanaged).toMatchObject([{ name: 'x', reason: expect.stringContaining(reason) }])
  })

  it('is none when it is ours, or the manifest has it', () => {
    const manifest = { version: 1 as const, servers: { 'My Server': { command: 'x' } } }
    expect(
      take(
        inCode({ 'My-Server': { command: 'y' }, bridge: { command: 'node', args: ['/home/ana/.mcp-twin/bin/mcp-twin.mjs', 'serve'] } }),
        { manifest },
      ),
    ).toMatchObject({ servers: {}, unmanaged: [] })
  })
})

it('names its notes: working directory, client variables, placeholders', () => {
  const { notes } = take(inCode({ a: { command: 'x', cwd: '/y', env: { A_API_KEY: 'YOUR_API_KEY', B: '${B}' } } }))
  expect(notes).toEqual([
    expect.stringContaining('"cwd"'),
    expect.stringContaining('variable in ${…}'),
    expect.stringContaining('mcp-twin secret set A_API_KEY'),
  ])
})

it('asks for the key where a placeholder is found, and takes the real one where another client has it', () => {
  const server = (text: string) => ({ t: { command: 'npx', args: ['-y', 't-mcp'], env: { T_API_KEY: text } } })
  const needed = { package: 't-mcp', env: { T_API_KEY: '${secret:T_API_KEY}' } }
  for (const text of ['YOUR_API_KEY', '<token>', 'xxx', 'sk-xxxxxxxx', 'your-key-here', 'REPLACE_ME', 'T_API_KEY'])
    expect(take(inCode(server(text)))).toMatchObject({ servers: { t: needed }, secrets: [] })
  for (const text of ['', 'test', '${T_API_KEY}']) expect(take(inCode(server(text))).servers.t?.env).toEqual({ T_API_KEY: text })
  const both = take([...inDesktop(server(key)), ...inCode(server('YOUR_API_KEY'))])
  expect(both.servers).toEqual({ t: needed })
  expect(both.secrets.map(({ name }) => name)).toEqual(['T_API_KEY'])
})

describe('mcp-remote', () => {
  const url = 'https://mcp.x.dev/mcp'
  const behind = (...words: string[]) => ({
    command: 'npx',
    args: ['-y', 'mcp-remote', url, '--header', `Authorization: Bearer ${key}`, ...words],
  })

  it('becomes the server behind it where ours answers as it does', () => {
    const result = take([...inDesktop({ x: behind() }), ...inCode({ y: behind('--transport', 'http-only') })])
    expect(result.servers).toEqual({
      x: { url, headers: { Authorization: expect.stringMatching(/^Bearer \$\{secret:\w+\}$/) }, only: ['windows'] },
      y: { url, transport: 'http', headers: { Authorization: expect.stringMatching(/^Bearer \$\{secret:\w+\}$/) }, only: ['wsl'] },
    })
  })

  it('is left where that cannot be proven, and why is reported', () => {
    const result = take([
      ...inDesktop({ login: { command: 'npx', args: ['mcp-remote', url] }, sse: behind('--transport', 'sse-first') }),
      ...inCode({ both: behind() }),
    ])
    expect(result.servers).toEqual({})
    expect(result.keys).toEqual({})
    expect(Object.fromEntries(result.unmanaged.map(({ name, reason }) => [name, reason]))).toEqual({
      login: expect.stringContaining('login of its own'),
      sse: expect.stringContaining('sse-first'),
      both: expect.stringContaining('by itself only HTTP'),
    })
  })

  it('is taken in as it is typed where a person asks for it', () => {
    const result = take(inDesktop({ x: { command: 'npx', args: ['mcp-remote', url] } }), { takesMcpRemote: true })
    expect(result.servers).toEqual({ x: { command: 'npx', args: ['mcp-remote', url], only: ['windows'] } })
  })
})

describe('a remote server that the sides reach differently', () => {
  const one = (...words: string[]) => ({
    command: 'npx',
    args: ['mcp-remote', 'https://x.dev/mcp', '--header', `x-api-key: ${key}`, ...words],
  })
  const onWindows = (...words: string[]) => inDesktop({ x: one(...words) })
  it.each([
    ['HTTP on one, HTTP first on the other', onWindows(), {}],
    ['SSE on one', onWindows('--transport', 'sse-only'), { on: { windows: { transport: 'sse' } } }],
  ])('%s', (_, windowsHas, more) => {
    const code = inCode({ x: { type: 'http', url: 'https://x.dev/mcp', headers: { 'x-api-key': key } } })
    expect(take([...windowsHas, ...code]).servers.x).toEqual({
      url: 'https://x.dev/mcp',
      headers: { 'x-api-key': expect.stringMatching(/^\$\{secret:\w+\}$/) },
      ...more,
    })
  })
})
