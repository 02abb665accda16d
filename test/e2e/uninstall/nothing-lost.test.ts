import { readdirSync, rmSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { itUnless } from '../../support/left-out.ts'
import type { MiniRegistry } from '../../support/mini-registry.ts'
import { putProgram } from '../../support/own-program.ts'
import { lacksTerminal, terminal } from '../../support/terminal.ts'
import { codeFile, cursorFile, desktopFile, type Home, home, oldFile, quickHome, settingsFor, tinyRegistry } from '../support/place.ts'

const key = 'ghp_q7Rt2Vx9Lm4Np8Ks1Wd6Zy3Bf5Hj0Tc4Ea7'
let registry: MiniRegistry
beforeAll(async () => {
  registry = await tinyRegistry()
})
const must = async (place: Home, ...args: string[]) => {
  const { code, output } = await place.run(args)
  expect([0, 3], output).toContain(code)
  return output
}
const edit = (place: Home, file: string, change: (servers: Record<string, unknown>) => void) => {
  const config = place.readJson(file) as { mcpServers: Record<string, unknown> }
  change(config.mcpServers)
  place.write(file, JSON.stringify(config, null, 2))
}
const mine = { command: 'mine', args: ['m.js'] }
const begun = async (...servers: [string, unknown][]): Promise<Home> => {
  const place = quickHome()
  place.write(codeFile, JSON.stringify({ mcpServers: Object.fromEntries([['two', { command: 'two', args: ['x.js'] }], ...servers]) }))
  await must(place, 'init', '--yes', '--no-bridge')
  return place
}

describe('uninstall', () => {
  it('keeps an entry that was written by hand and adopted without a change of its file', async () => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    edit(place, codeFile, (servers) => Object.assign(servers, { mine }))
    await must(place, 'sync', '--adopt')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] }, mine })
    expect(place.has(oldFile)).toBe(false)
  })

  it('keeps an adopted edit that starts the same package in another version', async () => {
    const place = quickHome({ npmrc: settingsFor(registry) })
    const started = (version: string) => ({ command: 'npx', args: ['-y', `tiny-server@${version}`] })
    place.write(codeFile, JSON.stringify({ mcpServers: { tiny: { ...started('1.0.0'), timeout: 5 } } }))
    await must(place, 'init', '--yes', '--no-bridge')
    edit(place, codeFile, (servers) => Object.assign(servers, { tiny: started('1.1.0') }))
    await must(place, 'sync', '--adopt')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ tiny: started('1.1.0') })
  })

  it.each([
    ['removed', ['secret', 'remove', 'ONE_KEY', '--yes']],
    ['still known', ['list']],
  ])(
    'keeps an adopted edit of an entry with a key that is %s, and no copy of the key in the index of first copies',
    async (_what, then) => {
      const place = await begun()
      await must(place, 'add', 'ours', '--command', 'node', '--secret', 'ONE_KEY', '--', 'ours.js')
      await place.run(['secret', 'set', 'ONE_KEY'], { input: key })
      await must(place, 'sync')
      edit(place, codeFile, (servers) => Object.assign(servers, { ours: { ...(servers.ours as object), args: ['ours.js', '--more'] } }))
      await must(place, 'sync', '--adopt')
      const ours = { command: 'node', args: ['ours.js', '--more'], env: { ONE_KEY: key } }
      expect(place.servers(codeFile)).toMatchObject({ ours })
      expect(place.read('.mcp-twin/backups/originals/index.json')).not.toContain(key)
      await must(place, ...then)
      await must(place, 'uninstall', '--yes')
      expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] }, ours: expect.objectContaining(ours) })
    },
  )

  const own = { command: 'own-tool', args: ['own.js'] }
  const rewrite = (place: Home, name: string) => edit(place, codeFile, (servers) => Object.assign(servers, { [name]: own }))
  const drop = (place: Home, name: string) =>
    edit(place, codeFile, (servers) => {
      delete servers[name]
    })

  it.each([
    ['two', 'put back', []],
    ['ours', 'put back', []],
    ['two', 'removed', ['remove', 'two']],
    ['ours', 'removed', ['remove', 'ours']],
    ['ours', 'disabled', ['disable', 'ours']],
  ])('gives back what a person had written in place of %s before --force had it %s', async (name, _what, first) => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    rewrite(place, name)
    if (first.length > 0) await must(place, ...first)
    await must(place, 'sync', '--force')
    expect(place.servers(codeFile)[name]).not.toEqual(own)
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ ...(name === 'two' ? {} : { two: { command: 'two', args: ['x.js'] } }), [name]: own })
  })

  it('does not give back an edit that its person had taken back by --force', async () => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    edit(place, codeFile, (servers) =>
      Object.assign(servers, { ours: { command: 'node', args: ['ours.js', '--debug'] }, two: { command: 'two', args: [] } }),
    )
    await must(place, 'sync', '--force')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] } })
  })

  it.each([
    ['disabled', ['disable', 'two']],
    ['disabled for this program', ['disable', 'two', '--client', 'claude-code']],
    ['removed', ['remove', 'two']],
    ['disabled and enabled', ['disable', 'two'], ['enable', 'two']],
    ['adopted, and a server of that name added and disabled', ['sync', '--adopt'], ['add', 'two', '--command', 'x'], ['disable', 'two']],
  ])('leaves out an entry that its person took out by hand and that was then %s', async (_what, ...commands) => {
    const place = await begun(['other', { command: 'other' }])
    drop(place, 'two')
    for (const words of commands) await must(place, ...words)
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ other: { command: 'other' } })
  })

  it('gives back what its program had dropped with all others before it was disabled', async () => {
    const place = await begun(['other', { command: 'other' }])
    place.write(codeFile, '{"numStartups": 1}')
    await must(place, 'disable', 'two')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] }, other: { command: 'other' } })
  })

  it('judges the files of a project by the names of its own manifest', async () => {
    const place = await begun()
    const site = { cwd: place.path('work/site') }
    place.write('work/site/mcp-twin.json', '{"version":1,"servers":{"site":{"command":"site"}}}')
    place.write('work/site/.mcp.json', '{"mcpServers":{"two":{"command":"theirs"}}}')
    place.write('work/site/.git/HEAD', '')
    expect((await place.run(['sync'], site)).code).toBe(0)
    edit(place, 'work/site/.mcp.json', (servers) => {
      delete servers.two
    })
    await must(place, 'uninstall', '--yes')
    expect(place.readJson('work/site/.mcp.json')).toEqual({ mcpServers: {} })
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] } })
  })

  it.each([
    ['now', false],
    ['by a version that did not note the project of such a file', true],
  ])('in a project gives back what was disabled in a file that none of ours is left in, %s', async (_what, isOlder) => {
    const place = await begun()
    const site = { cwd: place.path('work/site') }
    const text = '{ "mcpServers": { "site": { "command": "site", "args": ["s.js"] } } }\n'
    place.write('work/site/.mcp.json', text)
    place.write('work/site/.git/HEAD', '')
    for (const words of [
      ['init', '--project', '--yes', '--no-bridge'],
      ['disable', 'site'],
    ])
      expect([0, 3]).toContain((await place.run(words, site)).code)
    expect(place.readJson('work/site/.mcp.json')).toEqual({ mcpServers: {} })
    if (isOlder) place.write('.mcp-twin/state.json', place.read('.mcp-twin/state.json').replaceAll(/,\s*"project": "[^"]*"/g, ''))
    expect((await place.run(['uninstall', '--yes'], site)).code).toBe(0)
    expect(place.read('work/site/.mcp.json')).toBe(text)
  })

  it('gives back what was disabled in a file whose record an undo took away', async () => {
    const place = await begun()
    await must(place, 'disable', 'two')
    const { run } = (await place.run(['enable', 'two', '--json'])).json as { run: string }
    await must(place, 'add', 'ours', '--command', 'node', '--client', 'cursor', '--', 'ours.js')
    await must(place, 'undo', run)
    expect(place.servers(codeFile)).toEqual({})
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] } })
  })

  it('in a project changes its files alone, with --purge too, and says so', async () => {
    const place = await begun()
    const site = { cwd: place.path('work/site') }
    place.write('work/site/mcp-twin.json', '{"version":1,"servers":{"site":{"command":"site"}}}')
    place.write('work/site/.git/HEAD', '')
    expect((await place.run(['sync', '--no-try'], site)).code).toBe(0)
    const [own, code] = [readdirSync(place.path('.mcp-twin')), place.read(codeFile)]
    const planned = await place.run(['uninstall', '--purge', '--dry-run'], site)
    expect(planned.stdout).toContain('--purge deletes nothing')
    expect(planned.stdout).toContain('Nothing but the files of ~/work/site changes')
    const done = await place.run(['uninstall', '--purge', '--yes'], site)
    expect(done.code, done.output).toBe(0)
    expect(done.stdout).toContain('--purge deletes nothing here')
    expect(done.stdout).toContain('The files of ~/work/site hold nothing of ours any more.')
    // Everywhere else npm would look for a program of this name.
    expect(done.stdout).not.toContain('npx')
    expect(place.has('work/site/.mcp.json')).toBe(false)
    expect(place.has('work/site/mcp-twin.json')).toBe(true)
    expect([readdirSync(place.path('.mcp-twin')), place.read(codeFile)]).toEqual([own, code])
    await must(place, 'sync', '--check')
  })

  it('names a file that repeats another one in one line, and says so in the list of runs', async () => {
    const place = quickHome()
    place.manifest({})
    await must(place, 'add', 'ours', '--command', 'node', '--no-try', '--', 'ours.js')
    const also = 'Claude Code: also ~/.config/claude/claude_code_config.json'
    for (const words of ['--dry-run', '--yes']) {
      const { stdout } = await place.run(['uninstall', words])
      expect([stdout.match(/- ours/g)?.length, stdout.includes(also), stdout.includes('old file')]).toEqual([1, true, false])
    }
    expect((await place.run(['undo', 'list'])).stdout).toMatch(/uninstall +2 files\n {2}Claude Code \([^)]*\)\n {4}- ours\n/)
  })

  it('is listed by undo with what came back beside what went', async () => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--no-try', '--', 'ours.js')
    await must(place, 'disable', 'two')
    expect((await place.run(['uninstall', '--yes'])).stdout).toMatch(/→ in \S*[\\/]\S+, to set the same servers up again:\n/)
    expect((await place.run(['undo', 'list'])).stdout).toMatch(/uninstall +2 files\n {2}Claude Code \([^)]*\)\n {4}- ours\n {4}~ two\n/)
  })

  it('shows what becomes of every entry and file before it asks, and does just that', async () => {
    const place = await begun(['three', { command: 'three' }])
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    await must(place, 'disable', 'two')
    edit(place, codeFile, (servers) => Object.assign(servers, { three: own }))
    const { steps } = (await place.run(['uninstall', '--dry-run', '--json'])).json
    const said = steps.map(({ file, server, kind, reason }: Record<string, string>) => [file?.split('/').at(-1), server, kind, reason])
    expect(said).toEqual(
      expect.arrayContaining([
        ['.claude.json', 'two', 'write', 'comes back as it was before'],
        ['.claude.json', 'three', 'write', 'as you changed it'],
        ['.claude.json', 'ours', 'remove', null],
        ['claude_code_config.json', null, 'remove', 'created by mcp-twin, and now empty'],
      ]),
    )
    const done = (await place.run(['uninstall', '--yes', '--json'])).json.steps
    expect(done).toEqual(steps.map((step: object) => ({ ...step, outcome: 'done' })))
  })

  itUnless(lacksTerminal, 'asks with the lines of its dry run, and says whose servers come back', async () => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    const dry = await terminal(place, ['uninstall', '--dry-run'], { width: 80 })
    expect(await dry.exit()).toBe(0)
    const asked = await terminal(place, ['uninstall'], { width: 80 })
    await asked.waitFor('Uninstall mcp-twin? Your own servers come back.')
    const [planned, shown] = [(await dry.screen()).split('Nothing was changed')[0], (await asked.screen()).split('? Uninstall')[0]]
    expect(planned).toMatch(/two +update \(as it was before\)[\s\S]*- ours[\s\S]*come back: two\./)
    expect(shown?.trim()).toBe(planned?.trim())
    await asked.keys('Enter')
    expect(await asked.exit()).toBe(130)
    for (const each of [dry, asked]) await each.close()
  })

  it.each([
    ['older backups alone', ['originals']],
    ['no backup at all', ['originals', 'runs']],
  ])('keeps what a person added to a file that init made, with %s', async (_what, lost) => {
    const place = await begun()
    edit(place, oldFile, (servers) => Object.assign(servers, { mine }))
    await must(place, 'sync', '--adopt', '--client', 'claude-code-config')
    for (const name of readdirSync(place.path('.mcp-twin/backups')))
      if (lost.includes(name === 'originals' ? name : 'runs')) rmSync(place.path('.mcp-twin/backups', name), { recursive: true })
    await must(place, 'uninstall', '--yes')
    expect(place.servers(oldFile)).toMatchObject({ mine })
    expect(place.servers(codeFile)).toMatchObject({ two: { command: 'two', args: ['x.js'] } })
    if (!lost.includes('runs')) expect(place.servers(oldFile)).toEqual({ mine })
  })

  it('removes what was added after a run that was undone by its name', async () => {
    const place = await begun()
    await must(place, 'add', 'first', '--command', 'node', '--', 'first.js')
    const [{ id }] = (await place.run(['undo', '--list', '--json'])).json.runs
    await must(place, 'add', 'second', '--command', 'node', '--', 'second.js')
    await must(place, 'undo', id)
    expect(Object.keys(place.servers(codeFile))).toEqual(['two', 'second'])
    await must(place, 'uninstall', '--yes')
    expect(place.readJson(codeFile)).toEqual({ mcpServers: { two: { command: 'two', args: ['x.js'] } } })
    expect(place.has(oldFile)).toBe(false)
  })

  it('takes everything of ours off again after its own undo', async () => {
    const place = await begun()
    await must(place, 'add', 'ours', '--command', 'node', '--', 'ours.js')
    await must(place, 'uninstall', '--yes')
    await must(place, 'undo')
    expect(Object.keys(place.servers(codeFile))).toEqual(['two', 'ours'])
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] } })
    expect(place.has(oldFile)).toBe(false)
  })
})

describe('uninstall without any backup', () => {
  const withoutBackups = async (servers: object, more: object): Promise<Home> => {
    const place = home()
    putProgram(place.path('.mcp-twin'))
    place.write('.mcp-twin/secrets.json', JSON.stringify({ WEB_KEY: key }), 0o600)
    place.manifest(servers as Record<string, unknown>, more as Record<string, unknown>)
    place.write(codeFile, '{"mcpServers":{}}')
    place.write(cursorFile, '{"mcpServers":{}}')
    place.write(desktopFile, '{"mcpServers":{}}')
    await must(place, 'sync')
    expect(place.read(codeFile)).toContain('.mcp-twin')
    rmSync(place.path('.mcp-twin/backups'), { recursive: true })
    return place
  }
  const own = {
    tool: { command: 'tool', args: ['t.js', '${secret:WEB_KEY}'], env: { MODE: 'm' } },
    web: { url: 'https://x.example/mcp', headers: { Authorization: 'Bearer ${secret:WEB_KEY}' } },
  }
  const working = {
    tool: { command: 'tool', args: ['t.js', key], env: { MODE: 'm' } },
    web: { type: 'http', url: 'https://x.example/mcp', headers: { Authorization: `Bearer ${key}` } },
  }

  it('gives back no variable that its person took out of the manifest', async () => {
    const place = await begun(['extra', { command: 'tool', args: ['x.js'], env: { MODE: '18' } }])
    const manifest = '.mcp-twin/mcp-twin.json'
    place.write(manifest, place.read(manifest).replace(/"env":\s*\{\s*"MODE": "18"\s*\}/, '"env": {}'))
    await must(place, 'sync', '--no-try')
    expect(place.servers(codeFile).extra).not.toHaveProperty('env.MODE')
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual({ two: { command: 'two', args: ['x.js'] }, extra: { command: 'tool', args: ['x.js'] } })
  })

  it('keeps variables that were added to an entry of our launcher whose server the manifest has no more', async () => {
    const place = await begun(['extra', { command: 'tool', args: ['x.js'], env: { OLD: '1', MODE: 'a' }, timeout: 5 }])
    const manifest = '.mcp-twin/mcp-twin.json'
    place.write(manifest, place.read(manifest).replace('"version": 1,', '"version": 1, "launch": "run",'))
    await must(place, 'sync', '--no-try')
    edit(place, codeFile, (servers) => Object.assign(servers.extra as object, { env: { MODE: 'b' } }))
    expect((await place.run(['remove', 'extra'])).output).toContain('edited by hand')
    expect(await must(place, 'uninstall', '--yes')).toContain('with the variables that you added')
    expect(place.servers(codeFile)).toEqual({
      two: { command: 'two', args: ['x.js'] },
      extra: { command: 'tool', args: ['x.js'], env: { OLD: '1', MODE: 'b' }, timeout: 5 },
    })
  })

  it('writes servers that our launcher starts as they work without us', async () => {
    const place = await withoutBackups(own, { launch: 'run' })
    expect(JSON.stringify(place.servers(codeFile))).not.toContain(key)
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual(working)
    expect(place.servers(desktopFile).web).toEqual({
      command: 'npx',
      args: ['-y', 'mcp-remote', 'https://x.example/mcp', '--header', 'Authorization:${HEADER_1}'],
      env: { HEADER_1: `Bearer ${key}` },
    })
    for (const file of [codeFile, cursorFile, desktopFile, oldFile]) expect(place.read(file)).not.toContain('.mcp-twin')
  })

  it('writes servers that were reached through the bridge as they work without us', async () => {
    const shared = Object.fromEntries(Object.entries(own).map(([name, server]) => [name, { ...server, share: true }]))
    const place = await withoutBackups(shared, { bridge: { enabled: true } })
    expect(Object.keys(place.servers(codeFile))).toEqual(['mcp-twin'])
    await must(place, 'uninstall', '--yes')
    expect(place.servers(codeFile)).toEqual(working)
    expect(place.read(cursorFile)).not.toContain('.mcp-twin')
  })
})
