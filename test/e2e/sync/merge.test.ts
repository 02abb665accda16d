import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { codeFile, cursorFile, desktopFile, expectTidy, type Home, quickHome, oldFile, stepsAs, treeOf } from '../support/place.ts'

const server = (word: string) => ({ command: '/opt/thing', args: [word] })
const config = (servers: object, more: object = {}) => `${JSON.stringify({ ...more, mcpServers: servers }, null, 2)}\n`

/** A home in which one sync has been done. */
async function synced(servers: Record<string, unknown>, more: Record<string, unknown> = {}): Promise<Home> {
  const place = quickHome()
  place.manifest(servers, more)
  expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
  return place
}

const edit = (place: Home, file: string, change: (servers: Record<string, unknown>) => void): void => {
  const whole = place.readJson(file) as { mcpServers: Record<string, unknown> }
  change(whole.mcpServers)
  place.write(file, `${JSON.stringify(whole, null, 2)}\n`)
}

describe('an entry that is there before the first sync', () => {
  it('is taken over without a write where it means the same', async () => {
    const place = quickHome()
    const text = '{"mcpServers": {"a": {"env": {}, "args": ["x"],\n "command": "/opt/thing", "timeout": 5}}}'
    for (const file of [codeFile, oldFile]) place.write(file, text)
    place.manifest({ a: server('x') })
    const before = [codeFile, oldFile].map((file) => treeOf(place.home).get(file))
    const document = await place.json(['sync'])
    expect(stepsAs(document)).toEqual(['write claude-code a adopt done', 'write claude-code-config a adopt done'])
    expect(document).toMatchObject({ code: 0, inSync: true, changed: false })
    expect([codeFile, oldFile].map((file) => treeOf(place.home).get(file))).toEqual(before)
    place.manifest({})
    expect(stepsAs(await place.json(['sync']))).toEqual(['remove claude-code a remove done', 'remove claude-code-config a remove done'])
  })

  it('is refused where it differs, adopted by --adopt, replaced by --force', async () => {
    const foreign = async () => {
      const place = quickHome()
      place.write(codeFile, config({ a: server('theirs'), other: server('o') }))
      place.manifest({ a: server('ours') })
      return place
    }
    const place = await foreign()
    const text = place.read(codeFile)
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 3, inSync: false })
    const refused = document.steps.find((step) => step.outcome === 'refused')
    expect(refused).toMatchObject({ kind: 'refuse', client: 'claude-code', server: 'a' })
    expect(refused?.hint).toMatch(/--adopt.*--force/)
    expect(refused?.reason).toContain('theirs')
    expect(place.read(codeFile)).toBe(text)
    expect(place.servers(oldFile)).toEqual({ a: server('ours') })

    expect(await place.json(['sync', '--adopt'])).toMatchObject({ code: 0, inSync: true })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { a: server('theirs'), other: server('o') } })
    expect(place.servers(oldFile)).toEqual({ a: server('theirs'), other: server('o') })

    const forced = await foreign()
    expect(await forced.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(forced.servers(codeFile)).toEqual({ a: server('ours'), other: server('o') })
  })
})

describe('an entry of ours', () => {
  it('keeps every key that is not ours when it changes, and everything around it', async () => {
    const place = await synced({ a: server('x') })
    place.write(
      codeFile,
      '{\n    "numbers": [1.0, 1E400],\n    "mcpServers": {\n        "a": {"disabled": true, "command": "/opt/thing", "args": ["x"], "alwaysAllow": ["t"]}\n    },\n    "z": "\\u0063"\n}',
    )
    place.manifest({ a: server('y') })
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.read(codeFile)).toBe(
      '{\n    "numbers": [1.0, 1E400],\n    "mcpServers": {\n        "a": {"disabled": true, "command": "/opt/thing", "args": ["y"], "alwaysAllow": ["t"]}\n    },\n    "z": "\\u0063"\n}',
    )
  })

  it('edited by hand is refused with the difference; --adopt carries it to the twin, --force puts ours back', async () => {
    const edited = async () => {
      const place = await synced({ a: server('x'), b: server('b') })
      edit(place, codeFile, (servers) => {
        servers.a = { command: '/opt/thing', args: ['x', '--more'] }
      })
      return place
    }
    const place = await edited()
    const document = await place.json(['sync'])
    expect(document.code).toBe(3)
    expect(stepsAs(document)).toEqual(['refuse claude-code a none refused'])
    expect(document.steps[0]?.reason).toMatch(/edited by hand.*--more/s)
    expect((await place.run(['sync', '--check'])).code).toBe(3)
    expect(await place.json(['sync', '--adopt'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(oldFile).a).toEqual({ command: '/opt/thing', args: ['x', '--more'] })

    const forced = await edited()
    expect(await forced.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(forced.servers(codeFile).a).toEqual(server('x'))
  })

  it.each(['list', 'sync', 'doctor'])('with a variable more by hand is shown by %s so that it does not look taken out', async (command) => {
    const place = await synced({ a: server('x') })
    edit(place, codeFile, (servers) => Object.assign(servers, { a: { ...server('x'), env: { LANG: 'de' } } }))
    const { stdout } = await place.run([command])
    expect(stdout).toMatch(/edited by hand since the last sync\n +\(- in the file, \+ what mcp-twin would write\)\n +- env\.LANG: de\n/)
    expect(stdout).toMatch(/to take the edit into every program:\n.* sync --adopt\n.*to put ours back:\n.* sync --force\n/)
    const { output } = await place.run(['sync', '--json'])
    expect(output).toContain('edited by hand since the last sync\\n- env.LANG: de"')
  })

  it('removed by hand is refused; --adopt removes it everywhere, --force restores it', async () => {
    const removed = async () => {
      const place = await synced({ a: server('x'), b: server('b') })
      edit(place, codeFile, (servers) => delete servers.a)
      return place
    }
    const place = await removed()
    const document = await place.json(['sync'])
    expect(document.code).toBe(3)
    expect(document.steps[0]).toMatchObject({ kind: 'refuse', server: 'a', reason: expect.stringContaining('removed by hand') })
    expect(await place.json(['sync', '--adopt'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(oldFile)).toEqual({ b: server('b') })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toEqual({ version: 1, servers: { b: server('b') }, bridge: { enabled: false } })

    const forced = await removed()
    expect(await forced.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(forced.servers(codeFile).a).toEqual(server('x'))
  })

  it.each([
    ['with all the others', '{"mcpServers":{"theirs":{"command":"t"}}}'],
    ['with the whole of mcpServers', '{"other":1}'],
    ['with the file', null],
  ])('dropped by its program %s is put back, and that is reported', async (_how, text) => {
    const place = await synced({ a: server('x'), b: server('b') })
    if (text === null) {
      const { rmSync } = await import('node:fs')
      rmSync(place.path(codeFile))
    } else place.write(codeFile, text)
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true, changed: true })
    expect(document.steps.filter((step) => step.client === 'claude-code').map((step) => step.reason)).toEqual([
      expect.stringContaining('put back'),
      expect.stringContaining('put back'),
    ])
    expect(place.servers(codeFile)).toMatchObject({ a: server('x'), b: server('b') })
  })

  it('goes where the manifest no longer wants it, unless somebody edited it', async () => {
    const place = await synced({ a: server('x'), b: server('b') })
    edit(place, codeFile, (servers) => {
      servers.a = server('mine')
    })
    place.manifest({})
    const document = await place.json(['sync'])
    expect(document.code).toBe(3)
    expect(stepsAs(document)).toEqual([
      'refuse claude-code a none refused',
      'remove claude-code b remove done',
      'remove claude-code-config a remove done',
      'remove claude-code-config b remove done',
    ])
    expect(place.servers(codeFile)).toEqual({ a: server('mine') })
    expect(await place.json(['sync', '--force'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({})
  })

  it('is renamed, disabled and enabled with its manifest, comments kept there', async () => {
    const place = quickHome()
    const text =
      '{\n  // all of mine\n  "version": 1,\n  "servers": {\n    "a": { "command": "/opt/thing", "args": ["x"] }, // why\n  },\n  "bridge": { "enabled": false },\n}\n'
    place.write('.mcp-twin/mcp-twin.json', text)
    await place.json(['sync'])
    edit(place, codeFile, (servers) => {
      servers.a = { ...server('x'), timeout: 9 }
    })
    expect(await place.json(['rename', 'a', 'renamed'])).toMatchObject({ code: 0, inSync: true, command: 'rename' })
    expect(Object.keys(place.servers(codeFile))).toEqual(['renamed'])
    expect(place.read('.mcp-twin/mcp-twin.json')).toBe(text.replace('"a"', '"renamed"'))
    expect(await place.json(['disable', 'renamed'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({})
    expect(place.read('.mcp-twin/mcp-twin.json')).toContain('// why')
    const { servers } = JSON.parse((await place.run(['list', '--json'])).stdout)
    expect(servers).toEqual([
      {
        name: 'renamed',
        kind: 'command',
        version: null,
        cells: [
          { environment: 'linux', client: 'claude-code', state: 'off' },
          { environment: 'linux', client: 'claude-code-config', state: 'off' },
        ],
      },
    ])
    expect(await place.json(['enable', 'renamed'])).toMatchObject({ code: 0, inSync: true })
    expect(Object.keys(place.servers(oldFile))).toEqual(['renamed'])
    expect(await place.json(['remove', 'renamed'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(codeFile)).toEqual({})
    expect((await place.run(['remove', 'renamd'])).code).toBe(2)
  })
})

describe('entries that are not managed', () => {
  const withForeign = async () => {
    const place = await synced({ a: server('x') })
    edit(place, codeFile, (servers) => {
      servers.theirs = { command: 't', env: { A: 'b' } }
    })
    return place
  }

  it('are reported and left alone', async () => {
    const place = await withForeign()
    const text = place.read(codeFile)
    const document = await place.json(['sync'])
    expect(document).toMatchObject({
      code: 0,
      inSync: true,
      unmanaged: [{ environment: 'linux', client: 'claude-code', server: 'theirs' }],
    })
    expect(place.read(codeFile)).toBe(text)
    const list = JSON.parse((await place.run(['status', '--json'])).stdout)
    expect(list.unmanaged).toEqual([{ environment: 'linux', client: 'claude-code', server: 'theirs' }])
  })

  it('are taken in by --adopt', async () => {
    const place = await withForeign()
    expect(await place.json(['sync', '--adopt'])).toMatchObject({ code: 0, inSync: true, unmanaged: [] })
    expect(place.servers(oldFile).theirs).toEqual({ command: 't', env: { A: 'b' } })
  })

  it('are removed by --prune when that is confirmed, and come back by undo', async () => {
    const place = await withForeign()
    const text = place.read(codeFile)
    const unsure = await place.run(['sync', '--prune'])
    expect(unsure).toMatchObject({ code: 2, stderr: expect.stringContaining('--yes') })
    expect(place.read(codeFile)).toBe(text)
    expect(stepsAs(await place.json(['sync', '--prune', '--dry-run']))).toEqual(['remove claude-code theirs remove planned'])
    expect(await place.json(['sync', '--prune', '--yes'])).toMatchObject({ code: 0, inSync: true, unmanaged: [] })
    expect(place.servers(codeFile)).toEqual({ a: server('x') })
    expect((await place.run(['undo'])).code).toBe(0)
    expect(place.read(codeFile)).toBe(text)
  })
})

describe('a server that not every program shall have', () => {
  const clientsWith = async (spec: object, more: Record<string, unknown> = {}) => {
    const place = quickHome()
    place.write(cursorFile, config({}))
    place.write(desktopFile, config({}))
    place.manifest({ a: { ...server('x'), ...spec } }, more)
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true })
    return document.steps.filter((step) => step.change === 'add').map((step) => step.client)
  }
  const all = ['claude-desktop', 'claude-code', 'claude-code-config', 'cursor']

  it.each([
    ['everywhere by default', {}, all],
    ['only in one client', { only: ['cursor'] }, ['cursor']],
    ['only on a side that is here', { only: ['linux'] }, all],
    ['only on a side that is not here', { only: ['windows'] }, []],
    ['not in one client', { except: ['claude-code'] }, ['claude-desktop', 'claude-code-config', 'cursor']],
    ['not on this side', { except: ['linux'] }, []],
    ['switched off', { disabled: true }, []],
  ])('%s', async (_what, spec, expected) => {
    expect(await clientsWith(spec)).toEqual(expected)
  })

  it('differs on a side', async () => {
    const place = await synced({
      a: { ...server('x'), on: { linux: { args: ['y'], env: { A: '1' } }, windows: { command: 'C:\\x.exe' } } },
    })
    expect(place.servers(codeFile)).toEqual({ a: { command: '/opt/thing', args: ['y'], env: { A: '1' } } })
  })

  it('is kept out of clients that are switched off, and leaves one that is switched off later', async () => {
    expect(await clientsWith({}, { clients: { cursor: false, 'claude-desktop': { linux: false } } })).toEqual([
      'claude-code',
      'claude-code-config',
    ])
    const place = quickHome()
    place.write(cursorFile, config({ theirs: server('t') }))
    place.manifest({ a: server('x') })
    await place.json(['sync'])
    place.manifest({ a: server('x') }, { clients: { cursor: false } })
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true })
    expect(place.servers(cursorFile)).toEqual({ theirs: server('t') })
  })

  it('goes into the file that the manifest names', async () => {
    const place = quickHome()
    place.manifest(
      { a: server('x') },
      { clients: { 'claude-code': { file: place.path('elsewhere/code.json') }, 'claude-code-config': false } },
    )
    expect((await place.json(['sync'])).code).toBe(0)
    expect(place.servers('elsewhere/code.json')).toEqual({ a: server('x') })
    expect(place.has(codeFile)).toBe(false)
  })

  it('is removed from the file that the manifest named before, unless it is the same file', async () => {
    const place = quickHome()
    place.write(codeFile, config({ theirs: server('t') }))
    place.manifest({ a: server('x') })
    await place.json(['sync'])
    const named = (file: string) =>
      place.manifest({ a: server('x') }, { clients: { 'claude-code': { file: place.path(file) }, 'claude-code-config': false } })
    named('elsewhere/code.json')
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers('elsewhere/code.json')).toEqual({ a: server('x') })
    expect(place.servers(codeFile)).toEqual({ theirs: server('t') })
    symlinkSync('elsewhere', place.path('again'))
    named('again/code.json')
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
    expect(place.servers('elsewhere/code.json')).toEqual({ a: server('x') })
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true, changed: false, steps: [] })
  })

  it('is synced alone with --client and --on', async () => {
    const place = quickHome()
    place.write(cursorFile, config({}))
    place.manifest({ a: server('x') })
    expect(stepsAs(await place.json(['sync', '--client', 'cursor']))).toEqual(['write cursor a add done'])
    expect(place.has(codeFile)).toBe(false)
    expect(stepsAs(await place.json(['sync', '--client', 'cursor,claude-code', '--on', 'linux']))).toEqual(['write claude-code a add done'])
  })

  it('gets a name that its program takes, stably, and that is reported', async () => {
    const place = quickHome()
    place.manifest({ 'my server (새)': server('x'), 'my server [새]': server('y') })
    const document = await place.json(['sync'])
    expect(document).toMatchObject({ code: 0, inSync: true })
    const names = Object.keys(place.servers(codeFile))
    expect(new Set(names).size).toBe(2)
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/)
    expect(document.notices.join('\n')).toContain(names[0])
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true, changed: false, steps: [] })
    expectTidy(place.home)
  })
})

describe('add', () => {
  it('takes every form, and writes it everywhere', async () => {
    const place = quickHome()
    place.manifest({}, { clients: { 'claude-code-config': false } })
    const add = (...args: string[]) => place.run(['add', '--json', ...args])
    expect(await add('cmd', '--command', 'node', '--env', 'A=b=c', '--', 'x.js', '--flag')).toMatchObject({
      code: 0,
      json: { command: 'add', inSync: true },
    })
    expect(await add('web', '--url', 'https://x.example/mcp', '--header', 'X-Team: blue', '--transport', 'sse')).toMatchObject({ code: 0 })
    expect(await add('narrow', '--command', 'node', '--client', 'claude-code', '--on', 'linux')).toMatchObject({ code: 0 })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: {
        cmd: { command: 'node', args: ['x.js', '--flag'], env: { A: 'b=c' } },
        web: { url: 'https://x.example/mcp', headers: { 'X-Team': 'blue' }, transport: 'sse' },
        narrow: { command: 'node', only: ['claude-code', 'linux'] },
      },
    })
    expect(place.servers(codeFile)).toEqual({
      cmd: { command: 'node', args: ['x.js', '--flag'], env: { A: 'b=c' } },
      web: { type: 'sse', url: 'https://x.example/mcp', headers: { 'X-Team': 'blue' } },
      narrow: { command: 'node' },
    })
  })

  it('takes a server of the built-in list, with what is reported besides', async () => {
    const place = quickHome()
    place.manifest({})
    expect((await place.run(['add', 'filesystem', '--no-sync', '--env', 'LOG=1', '--', '{path:~/mine}'])).code).toBe(0)
    expect((await place.run(['add', 'tavily', '--no-sync', '--secret', 'TAVILY_API_KEY', '--on', 'linux'])).code).toBe(0)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: {
        filesystem: { package: '@modelcontextprotocol/server-filesystem', args: ['${path:~/mine}'], env: { LOG: '1' } },
        tavily: { package: expect.stringContaining('tavily'), env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' }, only: ['linux'] },
      },
    })
  })

  it('keeps the key apart with --secret and {secret:NAME}', async () => {
    const place = quickHome()
    place.manifest({})
    const env = { MCP_TWIN_SECRET_MY_KEY: 'k-0123456789' }
    expect(
      await place.json(['add', 'a', '--command', 'node', '--secret', 'MY_KEY', '--env', 'OTHER=pre-{secret:MY_KEY}'], { env }),
    ).toMatchObject({ code: 0 })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: { a: { env: { MY_KEY: '${secret:MY_KEY}', OTHER: 'pre-${secret:MY_KEY}' } } },
    })
    expect(place.servers(codeFile)).toEqual({ a: { command: 'node', env: { OTHER: 'pre-k-0123456789', MY_KEY: 'k-0123456789' } } })
  })

  it('changes nothing where the manifest would not be valid, or has the name already', async () => {
    const place = await synced({ a: server('x') })
    const before = treeOf(place.home)
    for (const args of [
      ['a', '--command', 'node'],
      ['b', '--command', 'node', '--url', 'https://x'],
      ['b', '--url', 'ftp://x'],
      ['mcp-twin', '--command', 'node'],
      ['b'],
      ['b', '--package', '../evil'],
      ['b', '--command', 'node', '--env', 'NOVALUE'],
    ]) {
      const { code, output } = await place.run(['add', ...args])
      expect({ args, code, output }).toMatchObject({ code: 2 })
    }
    expect(treeOf(place.home)).toEqual(before)
  })

  it('reads the snippet of a README', async () => {
    const place = quickHome()
    place.manifest({})
    const input =
      '// add this:\n"mcpServers": {\n  "thing": { "command": "thing-mcp", "args": ["--stdio"], "env": { "THING_API_KEY": "sk-live-0123456789abcdef0123" } },\n}'
    expect(await place.json(['add', '-'], { input })).toMatchObject({ code: 0, inSync: true })
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({
      servers: { thing: { command: 'thing-mcp', env: { THING_API_KEY: '${secret:THING_API_KEY}' } } },
    })
    expect(place.servers(codeFile).thing).toEqual({
      command: 'thing-mcp',
      args: ['--stdio'],
      env: { THING_API_KEY: 'sk-live-0123456789abcdef0123' },
    })
    expect(await place.run(['add', '-'], { input: 'no json here' })).toMatchObject({ code: 2 })
  })

  it('waits for the sync with --no-sync', async () => {
    const place = quickHome()
    place.manifest({})
    expect(await place.json(['add', 'a', '--command', 'node', '--no-sync'])).toMatchObject({
      code: 0,
      changed: true,
      inSync: false,
      steps: [],
    })
    expect(place.has(codeFile)).toBe(false)
    expect(await place.json(['sync'])).toMatchObject({ code: 0, inSync: true })
  })
})
