import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startAsDesktopOn } from '../../support/desktop.ts'
import { lockText, putInstalled } from '../../support/installed.ts'
import { type MiniRegistry, miniRegistry, type Published } from '../../support/mini-registry.ts'
import { leftovers } from '../../support/processes.ts'
import { type Planted, world } from '../../support/world.ts'
import { npmrcFor, tiny } from '../support/tiny.ts'

let registry: MiniRegistry
let planted: Planted
beforeEach(async () => {
  registry = await miniRegistry()
  registry.publish(tiny('1.0.0'))
})
afterEach(async () => {
  await registry.close()
  expect(await leftovers(planted.scratch.root)).toEqual([])
  planted.scratch.remove()
})
const manifest = (servers: object, more: object = {}) =>
  `// my servers\n${JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }, null, 2)}\n`

const sides = ['wsl:Ubuntu', 'windows']
/** Both sides in sync at 1.0.0, which npm itself installs with `byNpm`: elsewhere the update is what npm is for. */
async function twins(servers: object, { byNpm = false } = {}): Promise<void> {
  const made = world().wsl('Ubuntu').file('.mcp-twin/mcp-twin.json', manifest(servers)).windows().file('.npmrc', npmrcFor(registry))
  planted = made.build({ npmrc: npmrcFor(registry), npmCache: 'own' })
  if (!byNpm) {
    const words = Object.values(servers).flatMap((server) => ('package' in server ? [String(server.package)] : []))
    const pins = Object.fromEntries(words.map((each) => [each, `${each.replace(/@.*/, '')}@1.0.0`]))
    planted.self.write('.mcp-twin/mcp-twin.lock.json', lockText(registry, pins))
    lay(...new Set(Object.values(pins)))
  }
  await synced()
}
const lay = (...specs: string[]): void => {
  for (const side of sides) putInstalled(registry, planted.side(side).here('.mcp-twin'), ...specs)
}
const synced = async (): Promise<void> => {
  const { code, output } = await planted.cli(['sync'])
  expect(code, output).toBe(0)
}
/** A newer version that both sides have already, as an update that was interrupted leaves it. */
const publishInstalled = (version: Published): void => {
  registry.publish(version)
  lay(`${version.manifest.name}@${version.manifest.version}`)
}
const entry = (side: string, client: string, name = 'tiny') =>
  (planted.side(side).config(client)?.mcpServers as Record<string, { command: string; args: string[] }> | undefined)?.[name]
const versions = () =>
  [entry('windows', 'claude-desktop'), entry('wsl:Ubuntu', 'claude-code')].map(
    (each) => /tiny-mcp@([\d.]+)/.exec(JSON.stringify(each))?.[1],
  )
const lock = () => JSON.parse(planted.self.read('.mcp-twin/mcp-twin.lock.json')).packages
const manifestText = () => planted.self.read('.mcp-twin/mcp-twin.json')
const everything = () => [
  manifestText(),
  planted.self.read('.mcp-twin/mcp-twin.lock.json'),
  planted.self.read('.claude.json'),
  planted.side('windows').read(planted.side('windows').clientFile('claude-desktop')),
]

describe('outdated', () => {
  it('shows what is newer within the words and beyond them, and changes nothing', async () => {
    await twins({ tiny: { package: 'tiny-mcp@^1.0.0' }, same: { command: 'node', args: ['x.js'] } })
    const before = everything()
    expect((await planted.cli(['outdated'])).stdout).toContain('1 package is up to date')
    registry.publish(tiny('1.1.0'))
    registry.publish(tiny('2.0.0'))
    const { code, json } = await planted.cli(['outdated', '--json'])
    expect(code).toBe(0)
    expect(json).toEqual({
      command: 'outdated',
      packages: [
        {
          name: 'tiny-mcp',
          words: 'tiny-mcp@^1.0.0',
          servers: ['tiny'],
          current: '1.0.0',
          wanted: '1.1.0',
          latest: '2.0.0',
          reason: null,
          hint: null,
        },
      ],
    })
    const { stdout } = await planted.cli(['outdated'])
    expect(stdout).toMatch(/tiny +tiny-mcp +1\.0\.0 +1\.1\.0 +2\.0\.0/)
    expect(stdout).toContain('mcp-twin update --latest')
    expect(everything()).toEqual(before)
  })

  it('says so when the registry cannot be asked', async () => {
    await twins({ tiny: { package: 'tiny-mcp' } })
    await registry.close()
    rmSync(`${planted.scratch.root}/npm-cache`, { recursive: true })
    const { code, json } = await planted.cli(['outdated', '--json'])
    expect(code).toBe(1)
    expect(json.packages[0]).toMatchObject({ wanted: null, reason: expect.stringMatching(/registry|reach/i) })
    registry = await miniRegistry()
  })
})

describe('update', () => {
  it('moves both sides to the newest within the range, and undo takes it back', async () => {
    await twins({ tiny: { package: 'tiny-mcp@^1.0.0' } }, { byNpm: true })
    const before = everything()
    registry.publish(tiny('1.1.0'))
    registry.publish(tiny('2.0.0'))
    const { code, json } = await planted.cli(['update', '--json'])
    expect(code).toBe(0)
    expect(json).toMatchObject({ command: 'update', inSync: true, changed: true, run: expect.any(String) })
    expect(json.packages).toEqual([
      {
        name: 'tiny-mcp',
        words: 'tiny-mcp@^1.0.0',
        servers: ['tiny'],
        from: '1.0.0',
        to: '1.1.0',
        outcome: 'updated',
        reason: null,
        hint: null,
      },
    ])
    expect(versions()).toEqual(['1.1.0', '1.1.0'])
    expect(manifestText()).toBe(before[0])
    const windows = entry('windows', 'claude-desktop')
    expect((await startAsDesktopOn(planted, 'windows', windows ?? { command: '' })).tools).toMatchObject([{ name: 'version_1_1_0' }])
    // What ran before still lies there, for clients that run it.
    expect(readdirSync(planted.self.here('.mcp-twin/npm')).sort()).toEqual(['tiny-mcp@1.0.0', 'tiny-mcp@1.1.0'])
    expect((await planted.cli(['update'])).stdout).toContain('newest version')
    const undone = await planted.cli(['undo', '--json'])
    expect(undone.json).toMatchObject({ changed: true, inSync: true })
    expect(everything()).toEqual(before)
    expect((await startAsDesktopOn(planted, 'windows', entry('windows', 'claude-desktop') ?? { command: '' })).tools).toMatchObject([
      { name: 'version_1_0_0' },
    ])
  })

  it('--latest goes beyond, and changes the words as they were written, comments kept', async () => {
    await twins({ tiny: { package: 'tiny-mcp@~1.0.0' }, pinned: { package: 'tiny-mcp@1.0.0' }, open: { package: 'tiny-mcp' } })
    publishInstalled(tiny('2.3.0'))
    expect((await planted.cli(['update', 'tiny'])).stdout).toContain('newest version')
    const { code, json } = await planted.cli(['update', '--latest', '--json'])
    expect(code).toBe(0)
    expect(json.packages.map(({ words }: { words: string }) => words).sort()).toEqual(['tiny-mcp', 'tiny-mcp@2.3.0', 'tiny-mcp@~2.3.0'])
    expect(manifestText()).toContain('// my servers')
    expect(JSON.parse(manifestText().replace(/^\/\/.*\n/, '')).servers).toEqual({
      tiny: { package: 'tiny-mcp@~2.3.0' },
      pinned: { package: 'tiny-mcp@2.3.0' },
      open: { package: 'tiny-mcp' },
    })
    expect(Object.keys(lock()).sort()).toEqual(['tiny-mcp', 'tiny-mcp@2.3.0', 'tiny-mcp@~2.3.0'])
    expect(versions()).toEqual(['2.3.0', '2.3.0'])
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })

  it('puts a version that does not answer back, and moves the others', async () => {
    registry.publish(tiny('1.0.0', true, 'other-mcp'))
    await twins({ tiny: { package: 'tiny-mcp' }, other: { package: 'other-mcp' } })
    publishInstalled(tiny('1.1.0', false))
    publishInstalled(tiny('1.2.0', true, 'other-mcp'))
    const { code, json } = await planted.cli(['update', '--json'])
    expect(code).toBe(1)
    expect(json.inSync).toBe(true)
    expect(json.packages).toEqual([
      expect.objectContaining({ name: 'other-mcp', outcome: 'updated', to: '1.2.0' }),
      expect.objectContaining({
        name: 'tiny-mcp',
        outcome: 'put back',
        from: '1.0.0',
        to: '1.1.0',
        reason: expect.stringContaining('wants a newer world'),
      }),
    ])
    expect(versions()).toEqual(['1.0.0', '1.0.0'])
    expect(lock()['tiny-mcp'].version).toBe('1.0.0')
    expect(entry('windows', 'claude-desktop', 'other')?.args[0]).toContain('other-mcp@1.2.0')
    expect(json.steps.find((step: { outcome: string }) => step.outcome === 'failed')).toMatchObject({
      server: 'tiny',
      reason: expect.stringContaining('does not answer'),
    })
    // A plain sync does not try it again behind one's back.
    expect((await planted.cli(['sync', '--check'])).code).toBe(0)
  })

  it('changes nothing where the only new version does not answer', async () => {
    await twins({ tiny: { package: 'tiny-mcp' } })
    const before = everything()
    publishInstalled(tiny('1.1.0', false))
    const { code, stdout } = await planted.cli(['update'])
    expect(code).toBe(1)
    expect(stdout).toContain('stays at 1.0.0')
    expect(everything()).toEqual(before)
  })

  it('keeps the old version on both sides where one cannot install the new one', async () => {
    await twins({ tiny: { package: 'tiny-mcp' } })
    const before = everything()
    registry.publish(tiny('1.1.0'))
    planted.side('windows').write('.npmrc', 'registry=http://127.0.0.1:9/\nfetch-retries=0\n')
    const { code, json } = await planted.cli(['update', '--json'])
    expect(code).toBe(1)
    expect(json.packages[0]).toMatchObject({ outcome: 'failed', reason: expect.stringContaining('could not be installed') })
    expect(everything()).toEqual(before)
  })

  it('keeps the old version on both sides where one config cannot be written', async () => {
    await twins({ tiny: { package: 'tiny-mcp' } })
    publishInstalled(tiny('1.1.0'))
    const file = planted.side('windows').clientFile('claude-desktop')
    planted.side('windows').write(file, planted.side('windows').read(file).replace('"mcpServers": {', '"mcpServers": { // mine'))
    const before = everything()
    const { code, json } = await planted.cli(['update', '--json'])
    expect(code).toBe(3)
    expect(json.packages[0]).toMatchObject({ outcome: 'refused', reason: expect.stringContaining('together or not at all') })
    expect(everything()).toEqual(before)
  })

  it('works where servers are started by run, and where packages go into an npm prefix', async () => {
    const servers = manifest({ tiny: { package: 'tiny-mcp' } }, { launch: 'run', prefix: 'global' })
    planted = world()
      .wsl('Ubuntu')
      .file('.mcp-twin/mcp-twin.json', servers)
      .build({ npmrc: npmrcFor(registry), npmCache: 'own' })
    await synced()
    const module = planted.self.here('.npm-global/lib/node_modules/tiny-mcp/package.json')
    const installed = () => JSON.parse(readFileSync(module, 'utf8')).version
    registry.publish(tiny('1.1.0', false))
    expect((await planted.cli(['update'])).code).toBe(1)
    expect(installed()).toBe('1.0.0')
    registry.publish(tiny('1.2.0'))
    const { code, json } = await planted.cli(['update', '--json'])
    expect(code, JSON.stringify(json)).toBe(0)
    expect(installed()).toBe('1.2.0')
    expect(lock()['tiny-mcp'].version).toBe('1.2.0')
  })

  it('refuses an unknown server as wrong usage', async () => {
    await twins({ tiny: { package: 'tiny-mcp' } })
    expect((await planted.cli(['update', 'tinny'])).code).toBe(2)
  })
})
