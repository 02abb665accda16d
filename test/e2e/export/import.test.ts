import { symlinkSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { putInstalled } from '../../support/installed.ts'
import { describeUnless } from '../../support/left-out.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { world } from '../../support/world.ts'
import { codeFile, documentOf, errorOf, quickHome, settingsFor, tinyRegistry } from '../support/place.ts'

let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})

const KEY = 'typed-once-0123456789abcdef'

/** A set-up with a pinned package that needs a key, a server for one side, and settings that are confirmed apart. */
const manifest = {
  version: 1,
  servers: {
    tiny: { package: 'tiny-server@^1.0.0', env: { THE_KEY: '${secret:THE_KEY}' } },
    far: { url: 'http://127.0.0.1:9/mcp', headers: { 'X-A': '1' }, on: { windows: { headers: { 'X-A': '2' } } } },
  },
  clients: { cursor: false },
}

const machine = () => {
  const npmrc = settingsFor(registry)
  const planted = world().wsl('Ubuntu').windows().file('.npmrc', npmrc).build({ npmrc })
  // Which versions a lock pins is what is looked at, not how npm installs them.
  for (const folder of ['wsl:Ubuntu', 'windows'].map((side) => planted.side(side).here('.mcp-twin'))) {
    putProgram(folder)
    putInstalled(registry, folder, 'tiny-server@1.0.0', 'tiny-server@1.1.0')
  }
  return planted
}

/** An export of a computer, with the lock that pins an older version than the newest. */
async function exportedFrom(): Promise<{ read(name: string): string }> {
  const old = machine()
  old.scratch.write(
    '.mcp-twin/mcp-twin.json',
    JSON.stringify({ ...manifest, servers: { ...manifest.servers, tiny: { ...manifest.servers.tiny, package: 'tiny-server@1.0.0' } } }),
  )
  expect((await old.cli(['secret', 'set', 'THE_KEY'], { input: KEY })).code).toBe(0)
  expect((await old.cli(['sync'])).code).toBe(0)
  expect((await old.cli(['export', 'out'])).code).toBe(0)
  return { read: (name) => old.scratch.read(`out/${name}`) }
}

describe('import', () => {
  it('gives a new computer what export wrote: the same manifest, versions and configs, and asks for the keys', async () => {
    const out = await exportedFrom()
    const fresh = machine()
    const files = ['mcp-twin.json', 'mcp-twin.lock.json', 'SETUP.md']
    for (const name of files) fresh.scratch.write(`setup/${name}`, out.read(name))
    const refused = await fresh.cli(['import', 'setup', '--yes'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('--trust') })
    expect(refused.stdout).toContain('THE_KEY=${secret:THE_KEY} the package tiny-server@1.0.0')
    expect(refused.stdout).toContain('on windows:')
    expect(fresh.scratch.has('.mcp-twin/mcp-twin.json')).toBe(false)
    const first = await fresh.cli(['import', 'setup', '--trust', '--json'])
    expect(documentOf(first)).toMatchObject({ command: 'import', keys: ['THE_KEY'], leftOut: [], servers: ['tiny', 'far'] })
    expect(first.output).toContain('mcp-twin secret set THE_KEY')
    expect((await fresh.cli(['secret', 'set', 'THE_KEY'], { input: KEY })).code).toBe(0)
    expect((await fresh.cli(['sync'])).code).toBe(0)
    expect((await fresh.cli(['export', 'again'])).code).toBe(0)
    for (const name of files) if (name !== 'SETUP.md') expect(fresh.scratch.readJson(`again/${name}`)).toEqual(JSON.parse(out.read(name)))
    const again = await fresh.cli(['import', 'setup', '--trust', '--json'])
    expect([again.code, documentOf(again).changed]).toEqual([0, false])
  })

  it('takes the settings that run programs only when they are named', async () => {
    const place = quickHome()
    const secrets = { command: ['/opt/keeper', '{name}'] }
    const bridge = { roots: ['~/work'], terminal: 'on' }
    const servers = { tiny: { ...place.tiny, description: 'mine' } }
    const clients = { cursor: { linux: true, file: '/home/other/x.json' } }
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers, secrets, bridge, clients, prefix: { linux: '/other' } }))
    const first = await place.run(['import', 'setup', '--trust'])
    expect(first.code).toBe(0)
    for (const line of ['secrets.command:', '/opt/keeper', 'bridge:', 'terminal: "on"']) expect(first.stdout).toContain(line)
    expect(first.stdout.replace(/\s+/g, ' ')).toContain('mcp-twin import setup --trust --with secrets.command,bridge')
    const cursor = { clients: { cursor: { linux: true } } }
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toEqual({ version: 1, servers, ...cursor, bridge: { enabled: false } })
    expect((await place.run(['import', 'setup', '--trust', '--with', 'bridge'])).code).toBe(0)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toEqual({ version: 1, servers, ...cursor, bridge })
    expect(await place.run(['import', 'setup', '--trust', '--with', 'bridg'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"bridge"'),
    })
  })

  it('takes no key from the folder, and keeps a server that is different here', async () => {
    const place = quickHome()
    place.manifest({ tiny: place.tiny })
    const typed = `tvly-${'dev'}-abcdefghijklmnopqrstuvwx1234`
    const servers = { tiny: { command: '/other' }, web: { command: '/opt/web', env: { TAVILY_API_KEY: typed } } }
    place.write('setup/mcp-twin.json', `// ${typed}\n${JSON.stringify({ version: 1, servers })}`)
    place.write('setup/secrets.json', JSON.stringify({ TAVILY_API_KEY: typed }))
    const result = await place.run(['import', 'setup', '--trust'])
    expect(result.output).not.toContain(typed)
    expect(result.stdout).toContain('mcp-twin secret set TAVILY_API_KEY')
    expect(result.stdout).toContain('tiny is different here')
    const { servers: now } = place.readJson('.mcp-twin/mcp-twin.json') as { servers: object }
    expect(now).toEqual({ tiny: place.tiny, web: { command: '/opt/web', env: { TAVILY_API_KEY: '${secret:TAVILY_API_KEY}' } } })
    expect(place.has('.mcp-twin/secrets.json')).toBe(false)
  })

  it('shows a long path whole, like trust', async () => {
    const place = quickHome()
    const path = `/opt/${'a'.repeat(70)}/${'b'.repeat(70)}/evil/${'c'.repeat(70)}/serve`
    const servers = { long: { command: path, env: { K: '${secret:K}' } } }
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers }))
    place.write('setup/.git/HEAD', '')
    for (const command of [
      ['import', 'setup', '--dry-run'],
      ['trust', 'setup'],
    ]) {
      expect((await place.run(command)).stdout).toContain(path)
      const narrow = (await place.run(command, { env: { COLUMNS: '80' } })).stdout
      expect(narrow.replace(/\s+/g, '')).toContain(path)
      // No part of it begins where lines of ours do.
      expect(narrow).not.toMatch(/^[abc/]/m)
    }
  })

  it('reads nothing that a link in the folder leads to', async () => {
    const place = quickHome()
    place.write('elsewhere/mcp-twin.json', JSON.stringify({ version: 1, servers: { tiny: place.tiny } }))
    place.write('setup/.keep', '')
    symlinkSync(place.path('elsewhere/mcp-twin.json'), place.path('setup/mcp-twin.json'))
    const result = await place.run(['import', 'setup', '--trust', '--json'])
    expect([result.code, errorOf(result).code]).toEqual([2, 'outside'])
  })

  it('says once that a key is missing', async () => {
    const place = quickHome()
    const servers = { tiny: { ...place.tiny, env: { THE_KEY: '${secret:THE_KEY}' } } }
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false } }))
    const { stdout } = await place.run(['import', 'setup', '--dry-run'])
    expect(stdout.match(/mcp-twin secret set THE_KEY/g), stdout).toHaveLength(1)
  })

  it('works from inside the folder, shows with --dry-run, and names what is missing', async () => {
    const place = quickHome()
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers: { tiny: place.tiny }, bridge: { enabled: false } }))
    const cwd = { cwd: place.path('setup') }
    expect(await place.run(['import', '.', '--dry-run'], cwd)).toMatchObject({ code: 0, stdout: expect.stringContaining('tiny: ') })
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
    expect((await place.run(['import', '.', '--trust'], cwd)).code).toBe(0)
    expect(place.readJson('.mcp-twin/mcp-twin.json')).toMatchObject({ servers: { tiny: place.tiny } })
    expect(await place.run(['import', 'none'])).toMatchObject({ code: 2, stderr: expect.stringContaining('No such folder: none') })
    place.write('empty/.keep', '')
    expect(await place.run(['import', 'empty'])).toMatchObject({ code: 2, stderr: expect.stringContaining('there is no mcp-twin.json') })
  })
})

describeUnless(lacksTerminal, 'import on a terminal', () => {
  it('shows, asks, and asks for the keys; no is the answer of Enter', async () => {
    const place = quickHome()
    const servers = { tiny: { ...place.tiny, env: { THE_KEY: '${secret:THE_KEY}' } } }
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { roots: ['~/work'] } }))
    const no = await terminal(place, ['import', 'setup'])
    await no.waitFor('Add these servers')
    await no.keys('Enter')
    expect(await no.exit()).toBe(130)
    expect(place.has('.mcp-twin/mcp-twin.json')).toBe(false)
    const yes = await terminal(place, ['import', 'setup'])
    await yes.waitFor('Add these servers')
    await yes.keys('y', 'Enter')
    await yes.waitFor('settings of the bridge')
    await yes.keys('Enter')
    await yes.waitFor('THE_KEY, empty')
    await yes.type(KEY)
    await yes.keys('Enter')
    expect(await yes.exit()).toBe(0)
    expect(await yes.history()).toContain('answers, 1 tool')
    expect(place.readJson('.mcp-twin/secrets.json')).toEqual({ THE_KEY: KEY })
  })
})

describe('import of launches that were agreed to before', () => {
  const setup = (place: ReturnType<typeof quickHome>, server: object) =>
    place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers: { one: server }, bridge: { enabled: false } }))

  it('asks nothing, though they were removed in between', async () => {
    const place = quickHome()
    place.manifest({ one: { ...place.tiny, env: { LEVEL: 'a' } } })
    await place.run(['sync'])
    await place.run(['remove', 'one'])
    setup(place, { ...place.tiny, env: { LEVEL: 'b' } })
    const { code, output, stderr } = await place.run(['import', 'setup'])
    expect(code, output).toBe(0)
    expect(stderr).toContain('All that this starts was agreed to before.')
    expect(place.servers(codeFile)).toHaveProperty('one')
  })

  it('names what an export has changed, and takes nothing of it unasked', async () => {
    const place = quickHome()
    place.manifest({ one: place.tiny })
    await place.run(['sync'])
    await place.run(['remove', 'one'])
    setup(place, { ...place.tiny, args: [...place.tiny.args, '--other'] })
    const refused = await place.run(['import', 'setup', '--yes'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/Not agreed to on this computer yet: one\.[\s\S]*--trust/) })
    expect(place.servers(codeFile)).not.toHaveProperty('one')
    expect((await place.run(['import', 'setup', '--trust'])).code).toBe(0)
    await place.run(['remove', 'one'])
    // Confirmed once.
    expect((await place.run(['import', 'setup'])).code).toBe(0)
  })
})
