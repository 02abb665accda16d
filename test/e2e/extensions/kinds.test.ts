import { chmodSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type Bundle, bundleId, inExtension, install, lacksPacker, tick } from '../../support/bundles.ts'
import { describeUnless } from '../../support/left-out.ts'
import type { Planted } from '../../support/world.ts'
import { documents, entryOf, mounted, notes, place } from './notes.ts'

const index = '${__dirname}/server/index.js'

/** A bundle that starts what these words say. */
const bundle = (name: string, type: string, mcp_config: Record<string, unknown>, more: Partial<Bundle> = {}): Bundle => ({
  name,
  server: { type, entry_point: 'server/index.js', mcp_config },
  ...more,
})

const add = (planted: Planted, name: string, ...more: string[]) => planted.cli(['add', `extension:${bundleId(name)}`, '--yes', ...more])

describeUnless(await lacksPacker(), 'what an extension becomes in WSL', () => {
  it("is Windows' own node for modules of machine code", async () => {
    const planted = place()
    const files = { 'node_modules/fast.js/build/fast.node': 'MZ' }
    install(planted.side('windows'), bundle('fast', 'node', { command: 'node', args: [index, '${HOME}'] }, { files }))
    expect((await add(planted, 'fast')).code).toBe(0)
    expect(entryOf(planted, 'fast')).toMatchObject({
      command: mounted(planted, 'C:\\Program Files\\nodejs\\node.exe'),
      args: [planted.side('windows').native(inExtension('fast', 'server', 'index.js')), 'C:\\Users\\Ana'],
    })
  })

  it('is the program of Windows that the bundle names for Windows', async () => {
    const planted = place()
    const words = {
      command: '${__dirname}/bin/clock',
      env: { CLOCK_ZONE: '${user_config.zone}', CLOCK_SHOWN: '${user_config.shown}' },
      platform_overrides: { win32: { command: '${__dirname}\\bin\\clock.exe' } },
    }
    const user_config = {
      zone: { type: 'string', title: 'Zone', description: 'z', default: 'UTC' },
      shown: { type: 'string', title: 'S', description: 's' },
    }
    install(planted.side('windows'), bundle('clock', 'binary', words, { files: { 'bin/clock.exe': 'MZ' }, user_config }))
    expect((await add(planted, 'clock')).code).toBe(0)
    expect(entryOf(planted, 'clock')).toMatchObject({
      command: mounted(planted, planted.side('windows').native(inExtension('clock', 'bin', 'clock.exe'))),
      env: { CLOCK_ZONE: 'UTC', WSLENV: 'CLOCK_ZONE/w' },
    })
  })

  it.each(['python', 'uv'])('is the %s of Windows, by its full path', async (type) => {
    const planted = place()
    const windows = planted.side('windows')
    const program = `C:\\Tools\\${type}.exe`
    windows.write(program, '')
    const main = '${__dirname}${/}server${/}main.py'
    const args = type === 'uv' ? ['run', '--directory', '${__dirname}', main] : [main]
    windows.write('C:\\Windows\\System32\\where.exe', `#!/bin/sh\necho '${program}'\n`)
    chmodSync(windows.here('C:\\Windows\\System32\\where.exe'), 0o755)
    install(windows, bundle('snake', type, { command: type, args }, { files: { 'server/main.py': '' } }))
    expect((await add(planted, 'snake')).code).toBe(0)
    expect(entryOf(planted, 'snake')).toMatchObject({ command: mounted(planted, program) })
    expect(entryOf(planted, 'snake').args.at(-1)).toBe(windows.native(inExtension('snake', 'server', 'main.py')))
    expect(entryOf(planted, 'snake', 'cursor', 'windows').command).toBe(type)
  })

  it('never gets a key of the store because the bundle names it', async () => {
    const planted = place()
    await planted.cli(['secret', 'set', 'OTHER_KEY'], { input: 'k-0123456789abcdef' })
    const args = [index, '${secret:OTHER_KEY}', '${user_config.a}{secret:OTHER_KEY}', '${env:HOME}']
    const user_config = { a: { type: 'string', title: 'A', description: 'a', default: '$' } }
    install(planted.side('windows'), bundle('sly', 'node', { command: 'node', args }, { user_config }))
    expect((await add(planted, 'sly')).code).toBe(0)
    expect(entryOf(planted, 'sly').args.slice(1)).toEqual(['${secret:OTHER_KEY}', '${secret:OTHER_KEY}', '${env:HOME}'])
  })
})

describeUnless(await lacksPacker(), 'hidden characters in a bundle', () => {
  it('are escapes wherever it is shown', async () => {
    const planted = place()
    const windows = planted.side('windows')
    install(windows, notes, { orgBlockedReason: 'no\u001b[2J' })
    const added = async () => (await add(planted, 'notes')).output
    const shown = [await added(), (await planted.cli(['list', '--verbose'])).output]
    const user_config = { 'k\u200b\u202e': { type: 'string', title: 'K', description: 'k', required: true } }
    const mcp_config = { command: 'node', args: [index, '\u001b[31mred'], env: { 'A\u2066': '${user_config.k\u200b\u202e}' } }
    const manifest = { name: 'notes', version: '1\u009b', server: { type: 'node', mcp_config }, user_config }
    windows.write(inExtension('notes', 'manifest.json'), JSON.stringify(manifest))
    tick(windows, 'notes', {})
    shown.push(await added(), (await planted.cli(['list', '--verbose'])).output)
    tick(windows, 'notes', { userConfig: { 'k\u200b\u202e': 'x' } })
    shown.push(await added())
    tick(windows, 'notes', {})
    shown.push((await planted.cli(['sync'])).output, (await planted.cli(['doctor'])).output)
    expect(shown.join('\n')).toContain('\\u001b[31mred')
    expect(shown.join('\n')).not.toMatch(/[\u001b\u009b\u200b\u202e\u2066]/)
  })
})

describeUnless(await lacksPacker(), 'the keys of an extension', () => {
  it('move into the store where they are plain, and are asked for where Claude Desktop keeps them encrypted', async () => {
    const planted = place()
    const key = 'nk-0123456789abcdefghij'
    install(planted.side('windows'), notes, { userConfig: { folders: [documents], api_key: key } })
    const added = await add(planted, 'notes')
    expect(added).toMatchObject({ code: 0 })
    expect(`${added.stdout}${added.stderr}`).not.toContain(key)
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).toContain('"api_key": "${secret:NOTES_API_KEY}"')
    expect(entryOf(planted).env.NOTES_API_KEY).toBe(key)
    const second = place()
    install(second.side('windows'), notes, { userConfig: { folders: [documents], api_key: '__encrypted__:djEw' } })
    const waits = await add(second, 'notes', '--json')
    expect(waits.code).toBe(3)
    expect(waits.json.steps).toContainEqual(
      expect.objectContaining({ kind: 'refuse', server: 'notes', hint: expect.stringContaining('mcp-twin secret set NOTES_API_KEY') }),
    )
    await second.cli(['secret', 'set', 'NOTES_API_KEY'], { input: key })
    expect((await second.cli(['sync'])).code).toBe(0)
    expect(entryOf(second).env.NOTES_API_KEY).toBe(key)
  })

  it('are never written where they are numbers, and keep an extension where it is where they are lists', async () => {
    const planted = place()
    const windows = planted.side('windows')
    const sensitive = { type: 'string', title: 'K', description: 'k', sensitive: true }
    const user_config = { pins: { ...sensitive, multiple: true }, pin: { ...sensitive, type: 'number' } }
    const args = [index, '${user_config.pins}', '${user_config.pin}']
    const settings = (pins: unknown) => ({ userConfig: { pins, pin: 20_261_124 } })
    install(windows, bundle('pins', 'node', { command: 'node', args }), settings([]))
    const path = inExtension('pins', 'manifest.json')
    windows.write(path, JSON.stringify({ ...JSON.parse(windows.read(path)), user_config }))
    for (const pins of [['__encrypted__:djEwAAAA', '__encrypted__:djEwBBBB'], ['nk-0123456789abcdefghij'], ['', 7]]) {
      tick(windows, 'pins', settings(pins))
      expect(await add(planted, 'pins')).toMatchObject({ code: 2, stderr: expect.stringContaining('"pins" is a list with a key in it') })
    }
    tick(windows, 'pins', settings([]))
    const added = await add(planted, 'pins')
    expect(added.code, added.output).toBe(0)
    expect(added.output).not.toContain('20261124')
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).toMatch(/"pin": "\$\{secret:PINS_PIN\}"/)
    tick(windows, 'pins', settings(['__encrypted__:djEwAAAA']))
    const before = entryOf(planted, 'pins')
    expect(await planted.cli(['sync', '--json'])).toMatchObject({ code: 3, stdout: expect.not.stringContaining('__encrypted__') })
    expect(entryOf(planted, 'pins')).toEqual(before)
  })

  it('get a name of their own where one of that name is stored already', async () => {
    const planted = place()
    await planted.cli(['secret', 'set', 'NOTES_API_KEY'], { input: 'other-0123456789abcdef' })
    install(planted.side('windows'), notes, { userConfig: { folders: [documents], api_key: 'nk-0123456789abcdefghij' } })
    expect((await add(planted, 'notes')).code).toBe(0)
    expect(planted.self.read('.mcp-twin/mcp-twin.json')).toContain('${secret:NOTES_NOTES_API_KEY}')
  })
})

describeUnless(await lacksPacker(), 'an extension that cannot be brought', () => {
  const outside = (planted: Planted, path: string): string => {
    const here = planted.side('windows').here(path)
    mkdirSync(join(here, '..'), { recursive: true })
    return here
  }
  const ready = { userConfig: { folders: [documents] } }
  it.each<[string, string, (planted: Planted) => void]>([
    ['switched off', 'switched off', (planted) => tick(planted.side('windows'), 'notes', { ...ready, isEnabled: false })],
    [
      'without settings',
      'switched off',
      ({ side }) => rmSync(side('windows').here(`AppData\\Roaming\\Claude\\Claude Extensions Settings`), { recursive: true }),
    ],
    [
      'blocked',
      'your organization blocks it: not reviewed',
      (planted) => tick(planted.side('windows'), 'notes', { ...ready, orgBlockedReason: 'not reviewed' }),
    ],
    ['without a required value', 'it needs "folders"', (planted) => tick(planted.side('windows'), 'notes', {})],
    [
      'with a manifest of 2 MiB',
      'larger than 1 MiB',
      ({ side }) => side('windows').write(inExtension('notes', 'manifest.json'), ' '.repeat(2 * 1024 * 1024)),
    ],
    [
      'with a manifest of a byte more than 1 MiB',
      'larger than 1 MiB',
      ({ side }) => {
        const path = inExtension('notes', 'manifest.json')
        side('windows').write(
          path,
          side('windows')
            .read(path)
            .padEnd(1024 * 1024 + 1),
        )
      },
    ],
    [
      'whose manifest is a link',
      'is no regular file',
      ({ side }) => {
        const here = side('windows').here(inExtension('notes', 'manifest.json'))
        renameSync(here, `${here}.real`)
        symlinkSync(`${here}.real`, here)
      },
    ],
    [
      'that starts a path with a NUL',
      'which is not there',
      ({ side }) => {
        const path = inExtension('notes', 'manifest.json')
        side('windows').write(path, side('windows').read(path).replaceAll('server/index.js', 'server/index.js\\u0000.js'))
      },
    ],
    [
      'that starts a file above its folder',
      'lies outside its folder',
      ({ side }) => {
        const path = inExtension('notes', 'manifest.json')
        side('windows').write('AppData\\Roaming\\Claude\\other.js', '')
        side('windows').write(path, side('windows').read(path).replaceAll('server/index.js', '../../other.js'))
      },
    ],
    ['with a broken manifest', 'cannot be read', ({ side }) => side('windows').write(inExtension('notes', 'manifest.json'), '{"name": 1')],
    [
      'without what it starts',
      'which is not there',
      ({ side }) => rmSync(side('windows').here(inExtension('notes', 'server')), { recursive: true }),
    ],
    [
      'whose folder is a link',
      'leads elsewhere by a link',
      (planted) => {
        const here = planted.side('windows').here(inExtension('notes'))
        rmSync(here, { recursive: true })
        const away = outside(planted, 'C:\\Away\\notes')
        mkdirSync(away)
        writeFileSync(join(away, 'manifest.json'), JSON.stringify({ ...notes, version: '1' }))
        symlinkSync(away, here)
      },
    ],
    [
      'whose started file leads out of it',
      'lies outside its folder',
      (planted) => {
        const here = planted.side('windows').here(inExtension('notes', 'server', 'index.js'))
        const away = outside(planted, 'C:\\Away\\evil.js')
        writeFileSync(away, '')
        rmSync(here)
        symlinkSync(away, here)
      },
    ],
  ])('is named with the reason: %s', async (_what, words, change) => {
    const planted = place()
    install(planted.side('windows'), notes, ready)
    change(planted)
    const added = await add(planted, 'notes')
    expect(added).toMatchObject({ code: 2, stderr: expect.stringContaining(words) })
    const { json } = await planted.cli(['list', '--json'])
    expect(json.extensions).toEqual([
      expect.objectContaining({ id: bundleId('notes'), server: null, reason: expect.stringContaining(words) }),
    ])
  })

  it('is brought with a manifest of exactly 1 MiB', async () => {
    const planted = place()
    const windows = planted.side('windows')
    install(windows, notes, ready)
    const path = inExtension('notes', 'manifest.json')
    windows.write(path, windows.read(path).padEnd(1024 * 1024))
    expect(await add(planted, 'notes')).toMatchObject({ code: 0 })
  })

  it.each(['..', '.hidden', 'a:b', 'NUL\u0001', 'x\u202ey', 'a'.repeat(200), '__proto__'])(
    'has a folder that is called as Claude Desktop calls none: %j',
    async (id) => {
      const planted = place()
      install(planted.side('windows'), notes, ready)
      const here = planted.side('windows').here(inExtension('notes'))
      if (id !== '..') renameSync(here, join(here, '..', id))
      const added = await planted.cli(['add', `extension:${id}`, '--yes'])
      expect(added.code, added.output).toBe(2)
      expect(added.output).not.toMatch(/[\u0001\u202e]/)
      expect(entryOf(planted)).toBeUndefined()
    },
  )

  it('is forbidden by a policy of Windows', async () => {
    const planted = place({ policies: { isDesktopExtensionEnabled: 0 } })
    install(planted.side('windows'), notes, ready)
    expect(await add(planted, 'notes')).toMatchObject({ code: 2, stderr: expect.stringContaining('a policy of this computer') })
  })

  it('has a name that is taken, until another is given', async () => {
    const planted = place()
    install(planted.side('windows'), notes, ready)
    await planted.cli(['add', 'notes', '--command', 'other'])
    expect(await add(planted, 'notes')).toMatchObject({ code: 2, stderr: expect.stringContaining('--name') })
    expect((await add(planted, 'notes', '--name', 'mine')).code).toBe(0)
    expect(entryOf(planted, 'mine')).toBeDefined()
  })

  it('is missing, named by another path, or shared', async () => {
    const planted = place()
    expect(await add(planted, '../..')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no extension') })
    planted.self.write(
      '.mcp-twin/mcp-twin.json',
      JSON.stringify({ version: 1, servers: { notes: { extension: bundleId('notes'), share: true } } }),
    )
    expect(await planted.cli(['sync'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('"share" does not apply to extension servers'),
    })
    planted.self.write('.mcp-twin/mcp-twin.json', JSON.stringify({ version: 1, servers: { notes: { extension: '../evil' } } }))
    expect(await planted.cli(['sync'])).toMatchObject({ code: 2, stderr: expect.stringContaining('not the name of a folder') })
  })

  it('is meant for a project’s manifest', async () => {
    const planted = place()
    install(planted.side('windows'), notes, ready)
    planted.self.write('work/mcp-twin.json', JSON.stringify({ version: 1, servers: { notes: { extension: bundleId('notes') } } }))
    const cwd = planted.self.here('work')
    const refused = await planted.cli(['add', `extension:${bundleId('notes')}`, '--yes'], { cwd })
    expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining(`mcp-twin --user add extension:${bundleId('notes')}`) })
    expect(await planted.cli(['sync'], { cwd })).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('an extension lies on one computer'),
    })
    expect((await planted.cli(['--user', 'add', `extension:${bundleId('notes')}`, '--yes'], { cwd })).code).toBe(0)
  })
})
