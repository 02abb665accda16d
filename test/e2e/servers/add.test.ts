import { beforeAll, describe, expect, it } from 'vitest'
import { describeUnless } from '../../support/left-out.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { token } from '../../support/made-keys.ts'
import { codeFile, type Home, home, settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

/** A home that was set up once, without the bridge. */
function ready(servers: Record<string, unknown> = {}): Home {
  const place = home({ npmrc: settingsFor(registry) })
  place.manifest(servers)
  return place
}
const serversOf = (place: Home) => (place.readJson('.mcp-twin/mcp-twin.json') as { servers: Record<string, unknown> }).servers

describe('add, with what READMEs print', () => {
  it('reads a line, shows what was understood, installs and writes it', async () => {
    const place = ready()
    const added = await place.run(['add', 'claude mcp add tiny -s user -- npx -y tiny-server'])
    expect(added, added.output).toMatchObject({ code: 0, stdout: expect.stringMatching(/Understood\n +tiny +npm package tiny-server/) })
    expect(serversOf(place)).toEqual({ tiny: { package: 'tiny-server' } })
    expect(Object.keys(place.servers(codeFile))).toEqual(['tiny'])
  })

  it('puts a pasted key into the store and shows it nowhere; in an argument it is refused', async () => {
    const place = ready()
    const key = token(40)
    const line = `claude mcp add tiny \\\n  -e TINY_API_KEY=${key} \\\n  -- npx -y tiny-server\n`
    const refused = await place.run(['add', line])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/TINY_API_KEY=•+[\s\S]*mcp-twin add -/) })
    expect(refused.output).not.toContain(key)
    expect(serversOf(place)).toEqual({})
    const added = await place.run(['add', '-'], { input: line })
    expect(added, added.output).toMatchObject({ code: 0, stdout: expect.stringContaining('keys: TINY_API_KEY ••••') })
    expect(added.output).not.toContain(key)
    expect(serversOf(place)).toEqual({ tiny: { package: 'tiny-server', env: { TINY_API_KEY: '${secret:TINY_API_KEY}' } } })
    expect(place.servers(codeFile).tiny).toMatchObject({ env: { TINY_API_KEY: key } })
  })

  it('names the key that a placeholder stands for, and secret set knows who uses it', async () => {
    const place = ready()
    const toml = '[mcp_servers.tiny]\ncommand = "npx"\nargs = ["-y", "tiny-server"]\nenv = { TINY_API_KEY = "YOUR_API_KEY" }\n'
    const added = await place.run(['add', '-'], { input: toml })
    expect(added, added.output).toMatchObject({ code: 3, stdout: expect.stringContaining('mcp-twin secret set TINY_API_KEY') })
    expect(await place.run(['secret', 'set', 'TINY_API_KEY'], { input: token(40) })).toMatchObject({
      output: expect.stringContaining('tiny'),
    })
    expect(await place.run(['sync'])).toMatchObject({ code: 0 })
  })

  it('understands on standard input what it understands behind add', async () => {
    const place = ready()
    for (const [input, more] of [
      ['memory@2026.8.31\n', []],
      ['npm:@tiny/other\n', []],
      ['npm:@tiny/another', ['mine']],
    ] as const)
      expect(await place.run(['add', '-', ...more, '--no-sync'], { input })).toMatchObject({ code: 0 })
    expect(serversOf(place)).toMatchObject({
      memory: { package: '@modelcontextprotocol/server-memory@2026.8.31' },
      other: { package: '@tiny/other' },
      mine: { package: '@tiny/another' },
    })
  })

  it('takes a package, an address and a built-in by name, and refuses what may be a slip', async () => {
    const place = ready()
    for (const argv of [
      ['npm:@tiny/other'],
      ['https://mcp.linear.app/mcp', '--transport', 'http'],
      ['everything', '--name', 'all'],
      ['npx -y tiny-server', '--name', 'x', '--', '--y'],
    ])
      expect(await place.run(['add', '--no-sync', ...argv])).toMatchObject({ code: 0 })
    expect(serversOf(place)).toMatchObject({
      other: { package: '@tiny/other' },
      linear: { url: 'https://mcp.linear.app/mcp' },
      all: { package: '@modelcontextprotocol/server-everything' },
      x: { package: 'tiny-server', args: ['--y'] },
    })
    for (const [argv, words] of [
      [['tavly'], /\n {4}mcp-twin add tavily\n[\s\S]*\n {4}mcp-twin add npm:tavly\n/],
      [['name@1.2'], /npm:name@1\.2/],
      [['npx', '-y', 'tiny-server'], /put it in quotes, or:\n {4}mcp-twin add -\n/],
      [['claude', 'mcp', 'add', 'x', '--', 'npx', 'y'], /put it in quotes/],
      [['npm install -g tiny-server'], /mcp-twin add npm:tiny-server/],
    ] as const)
      expect(await place.run(['add', ...argv])).toMatchObject({ code: 2, stderr: expect.stringMatching(words) })
  })
})

describe('a package that the registry does not have', () => {
  it('is refused by add and leaves nothing behind', async () => {
    const place = ready()
    for (const what of ['npm:no-such-thing', 'npx -y no-such-thing', 'npm:tiny-server@9.9.9'])
      expect(await place.run(['add', what])).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/no package no-such-thing|no version/),
      })
    expect(serversOf(place)).toEqual({})
    expect(place.has(codeFile)).toBe(false)
  })

  it('is named, and no failure, where another server is added later', async () => {
    const place = ready({ bad: { package: 'no-such-thing' } })
    const added = await place.run(['add', 'npm:tiny-server'])
    expect(added, added.output).toMatchObject({ code: 0, stdout: expect.stringMatching(/bad \(no-such-thing\)[\s\S]*mcp-twin remove bad/) })
    expect((await place.run(['remove', 'bad'])).code).toBe(0)
  })

  it("stays the person's own when it is found, and init ends well", async () => {
    const place = home({ npmrc: settingsFor(registry) })
    const own = { command: 'npx', args: ['-y', 'no-such-thing'] }
    place.write(codeFile, JSON.stringify({ mcpServers: { own, tiny: { command: 'npx', args: ['-y', 'tiny-server'] } } }))
    const done = await place.run(['init', '--yes', '--no-bridge'])
    expect(done, done.output).toMatchObject({ code: 0, stdout: expect.stringMatching(/own[\s\S]*no package[\s\S]*no-such-thing/) })
    expect(Object.keys(serversOf(place))).toEqual(['tiny'])
    expect(place.servers(codeFile).own).toEqual(own)
    expect((await place.json(['sync'])).inSync).toBe(true)
  })
})

it('needs the key of a placeholder that init finds, and leaves the entry until it is there', async () => {
  const place = home({ npmrc: settingsFor(registry) })
  const tiny = { command: 'npx', args: ['-y', 'tiny-server'], env: { TINY_API_KEY: '<your-api-key>' } }
  place.write(codeFile, JSON.stringify({ mcpServers: { tiny } }))
  const done = await place.run(['init', '--yes', '--no-bridge'])
  expect(done, done.output).toMatchObject({ code: 3, stdout: expect.stringContaining('mcp-twin secret set TINY_API_KEY') })
  expect(place.servers(codeFile).tiny).toEqual(tiny)
  const key = token(40)
  const set = await place.run(['secret', 'set', 'TINY_API_KEY', '--json'], { input: key })
  expect(set).toMatchObject({ code: 0, stdout: expect.stringMatching(/"usedBy": \[\s*"tiny"/) })
  expect((await place.run(['sync'])).code).toBe(0)
  expect(place.servers(codeFile).tiny).toMatchObject({ env: { TINY_API_KEY: key } })
})

describeUnless(lacksTerminal, 'add - on a terminal', () => {
  it('is pasted into, shows what it understood, asks once and then for the key', async () => {
    const place = ready()
    const screen = await terminal(place, ['add', '-', '--no-sync'])
    await screen.waitFor('Paste JSON')
    await screen.type('claude mcp add tiny -e TINY_API_KEY=YOUR_KEY -- npx -y tiny-server')
    await screen.keys('Enter', 'Enter')
    await screen.waitFor('Add this server?')
    await screen.keys('Enter')
    await screen.waitFor('TINY_API_KEY, empty')
    await screen.keys('Enter')
    await screen.waitFor('secret set TINY_API_KEY')
    expect(serversOf(place)).toEqual({ tiny: { package: 'tiny-server', env: { TINY_API_KEY: '${secret:TINY_API_KEY}' } } })
  })

  it('takes Ctrl-D for the end, and no for no', async () => {
    const place = ready()
    const screen = await terminal(place, ['add', '-', '--no-sync'])
    await screen.waitFor('Paste JSON')
    await screen.type('{ "mcpServers": { "tiny": { "command": "npx", "args": ["tiny-server"] } } }')
    await screen.keys('Enter', 'C-d')
    await screen.waitFor('Add this server?')
    await screen.keys('n', 'Enter')
    await screen.waitFor('nothing was changed')
    expect(serversOf(place)).toEqual({})
  })
})
