import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { codeFile, documentOf, type Home, quickHome } from '../support/place.ts'

type Servers = Record<string, object>

const setup = (place: Home, servers: Servers, more: object = {}) =>
  place.write('setup/mcp-twin.json', JSON.stringify({ version: 1, servers, bridge: { enabled: false }, ...more }))
const manifestOf = (place: Home) => place.readJson('.mcp-twin/mcp-twin.json') as { servers: Servers; launch?: string; clients?: object }
const bring = (place: Home, ...more: string[]) => place.run(['import', 'setup', '--trust', '--no-try', ...more])

/** A home after a first import of two servers. */
async function brought(): Promise<Home> {
  const place = quickHome()
  setup(place, { one: place.tiny, two: { ...place.tiny, env: { LEVEL: 'a' } } })
  expect((await bring(place)).code).toBe(0)
  return place
}

const other = (place: Home) => ({ ...place.tiny, args: [...place.tiny.args, '--other'] })

describe('an export that is imported again', () => {
  it('is followed where only it has changed, shown before and after, and asked about', async () => {
    const place = await brought()
    setup(place, { one: other(place), two: { ...place.tiny, env: { LEVEL: 'a' } } })
    const before = place.read('.mcp-twin/mcp-twin.json')
    const refused = await place.run(['import', 'setup', '--yes'])
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringMatching(/Not agreed to on this computer yet: one\.[\s\S]*--trust/) })
    expect(place.read('.mcp-twin/mcp-twin.json')).toBe(before)
    const preview = await place.run(['import', 'setup', '--dry-run', '--json'])
    expect(preview.json.changes).toEqual([
      { kind: 'server', name: 'one', change: 'changed', here: [expect.any(String)], there: [expect.stringContaining('--other')] },
    ])
    const words = await place.run(['import', 'setup', '--dry-run'])
    expect(words.stdout).toContain('one was here until now:')
    expect(place.read('.mcp-twin/mcp-twin.json')).toBe(before)
    expect((await bring(place)).code).toBe(0)
    expect(manifestOf(place).servers.one).toEqual(other(place))
    expect(place.servers(codeFile).one).toMatchObject({ args: other(place).args })
    const again = await place.run(['import', 'setup', '--json'])
    expect([again.code, documentOf(again).changed, again.json.changes]).toEqual([0, false, []])
  })

  it('takes away what is gone from it, unless that was edited here', async () => {
    const place = await brought()
    const edited = { ...place.tiny, env: { LEVEL: 'mine' } }
    const manifest = manifestOf(place)
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...manifest, servers: { ...manifest.servers, two: edited, own: place.tiny } }))
    setup(place, {})
    const preview = await place.run(['import', 'setup', '--dry-run'])
    expect(preview.stdout).toContain('one is gone from the export, and so goes here.')
    expect(preview.stdout).toContain('two stays as it is here (gone there, changed here):')
    const done = await place.run(['import', 'setup'])
    expect(done.code, done.output).toBe(0)
    expect(done.stdout.replace(/\s+/g, ' ')).toContain(
      'two is gone from the export but was changed here, so it stays; to remove it: mcp-twin remove two',
    )
    expect(manifestOf(place).servers).toEqual({ two: edited, own: place.tiny })
    expect(Object.keys(place.servers(codeFile)).sort()).toEqual(['own', 'two'])
    expect((await place.run(['import', 'setup'])).output).not.toContain('two')
  })

  it("leaves what was changed on both sides, shows both, and takes the export's with --theirs", async () => {
    const place = await brought()
    const manifest = manifestOf(place)
    const mine = { ...place.tiny, env: { LEVEL: 'mine' } }
    place.write('.mcp-twin/mcp-twin.json', JSON.stringify({ ...manifest, servers: { ...manifest.servers, two: mine } }))
    setup(place, { one: place.tiny, two: other(place) })
    const kept = await bring(place, '--json')
    expect(kept.json.changes).toEqual([
      {
        ...{ kind: 'server', name: 'two', change: 'changed on both' },
        ...{ here: [expect.stringContaining('LEVEL=mine')], there: [expect.stringContaining('--other')] },
      },
    ])
    expect(kept.json.notices.join('\n')).toContain('mcp-twin import setup --theirs two')
    expect(manifestOf(place).servers.two).toEqual(mine)
    // Said each time, until somebody decides.
    const screen = (await bring(place)).stdout
    expect(screen).toMatch(/two stays as it is here \(changed on both\):\n +here: +two: LEVEL=mine .*\n(.*\n)* +export: two: .*--other/)
    expect((await place.run(['import', 'setup', '--theirs', 'two'])).code).toBe(2)
    expect((await bring(place, '--theirs', 'two')).code).toBe(0)
    expect(manifestOf(place).servers.two).toEqual(other(place))
    expect(await bring(place, '--theirs', 'tow')).toMatchObject({ code: 2, stderr: expect.stringContaining('did you mean "two"?') })
  })

  it('does not bring back what was removed here, and names the command that does', async () => {
    const place = await brought()
    await place.run(['remove', 'one'])
    const done = await bring(place)
    expect(done.code, done.output).toBe(0)
    expect(done.stdout.replace(/\s+/g, ' ')).toContain(
      'one was removed here and stays away; to bring it back: mcp-twin import setup --theirs one',
    )
    expect(manifestOf(place).servers).not.toHaveProperty('one')
    expect((await bring(place, '--theirs', 'one')).code).toBe(0)
    expect(manifestOf(place).servers.one).toEqual(place.tiny)
    expect(place.servers(codeFile)).toHaveProperty('one')
  })

  it('follows a server under the name that it got here', async () => {
    const place = await brought()
    expect((await place.run(['rename', 'one', 'uno'])).code).toBe(0)
    setup(place, { one: other(place), two: { ...place.tiny, env: { LEVEL: 'a' } } })
    expect((await bring(place)).code).toBe(0)
    expect(manifestOf(place).servers.uno).toEqual(other(place))
    expect(manifestOf(place).servers).not.toHaveProperty('one')
    setup(place, { two: { ...place.tiny, env: { LEVEL: 'a' } } })
    await bring(place)
    expect(Object.keys(manifestOf(place).servers)).toEqual(['two'])
  })

  it.each([
    ['directly', async (_: Home) => {}],
    [
      'after another command',
      async (place: Home) =>
        void (await place.run(['add', '--name', 'own', '--', ...[place.tiny.command, ...place.tiny.args], '--no-try'])),
    ],
  ])('brings all of it again when the first import was undone %s', async (_, between) => {
    const place = quickHome()
    place.manifest({})
    setup(place, { one: place.tiny })
    const first = documentOf(await bring(place, '--json'))
    await between(place)
    expect((await place.run(['undo', ...(first.run === null ? [] : [first.run])])).code).toBe(0)
    expect(manifestOf(place).servers).not.toHaveProperty('one')
    expect((await bring(place)).stdout).not.toContain('stays away')
    expect(manifestOf(place).servers).toHaveProperty('one')
  })

  it('shows what differs instead of guessing after an uninstall', async () => {
    const place = await brought()
    expect((await place.run(['uninstall', '--yes'])).code).toBe(0)
    setup(place, { one: other(place), two: { ...place.tiny, env: { LEVEL: 'a' } } })
    expect((await bring(place)).stdout).toMatch(/one (stays as it is here \(changed on both\)|was here until now):/)
  })

  it('follows settings, and opens nothing wider unasked', async () => {
    const place = quickHome()
    setup(place, { one: place.tiny }, { launch: 'run', bridge: { readOnly: true } })
    expect((await bring(place, '--with', 'bridge')).code).toBe(0)
    setup(place, { one: place.tiny }, { launch: 'direct', bridge: { readOnly: false } })
    const done = await bring(place)
    expect(done.output).toContain('not taken: bridge')
    expect(manifestOf(place)).toMatchObject({ launch: 'direct', bridge: { readOnly: true } })
    setup(place, { one: place.tiny }, { bridge: undefined })
    await bring(place)
    expect(manifestOf(place)).toEqual({ version: 1, servers: { one: place.tiny }, bridge: { readOnly: true } })
    // What stands here just so needs no second confirmation.
    setup(place, { one: place.tiny }, { bridge: { readOnly: true } })
    expect((await place.run(['import', 'setup', '--json'])).json).toMatchObject({ leftOut: [], changed: false })
  })
})

/** A home with git, and a copy of one repository in it. */
const git = (place: Home, ...args: string[]) =>
  execFileSync('git', ['-C', place.path('mcp-setup'), '-c', 'user.name=Ana', '-c', 'user.email=ana@example.org', ...args], {
    env: { ...process.env, HOME: place.home, GIT_CONFIG_NOSYSTEM: '1' },
    stdio: 'pipe',
  })

describe('two machines whose manifest goes through git', () => {
  it('have the same servers after pull and import, whoever changed them', async () => {
    const [laptop, desktop] = [quickHome(), quickHome()]
    laptop.manifest({ one: laptop.tiny, two: laptop.tiny })
    expect((await laptop.run(['export', 'mcp-setup'])).code).toBe(0)
    git(laptop, 'init', '-q', '-b', 'main')
    git(laptop, 'add', '.')
    git(laptop, 'commit', '-qm', 'first')
    execFileSync('git', ['clone', '-q', laptop.path('mcp-setup'), desktop.path('mcp-setup')])
    expect((await desktop.run(['import', 'mcp-setup', '--trust', '--no-try'])).code).toBe(0)

    await laptop.run(['remove', 'two'])
    await laptop.run(['rename', 'one', 'uno'])
    expect((await laptop.run(['export', 'mcp-setup'])).code).toBe(0)
    git(laptop, 'commit', '-qam', 'second')
    git(desktop, 'pull', '-q')
    // The same program under another name was agreed to.
    const second = await desktop.run(['import', '.', '--no-try'], { cwd: desktop.path('mcp-setup') })
    expect(second.code, second.output).toBe(0)
    expect(manifestOf(desktop).servers).toEqual({ uno: laptop.tiny })
    expect(Object.keys(desktop.servers(codeFile))).toContain('uno')
    expect(Object.keys(desktop.servers(codeFile))).not.toContain('two')
  })
})
