import { describe, expect, it } from 'vitest'
import { clientById } from '../../../src/catalog/clients/index.ts'
import { digest } from '../../../src/core/launch/meaning.ts'
import { rememberedRegistry } from '../../../src/effects/machine/registry.ts'
import { sideFiles } from '../../../src/effects/machine/side-files.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native as nativePath } from '../../../src/model/path.ts'
import type { FileState } from '../../../src/model/state.ts'
import { linux, macos, windows } from '../paths/sides.ts'
import { type Fake, type FakeOptions, fake } from './fake.ts'

const side = windows({
  files: [
    { native: 'C:\\', here: '/c/' },
    { native: 'D:\\', here: '/d/' },
  ],
  exec: [],
})
const name = 'claude_desktop_config.json'
const local = '/c/Users/Ana/AppData/Local'
const classic = `/c/Users/Ana/AppData/Roaming/Claude/${name}`
const msix = (family: string) => `${local}/Packages/${family}/LocalCache/Roaming/Claude/${name}`
const data = (family: string) => `${local}/Claude-Data/${family}/${name}`
const native = (here: string) => nativePath(`${here[1]?.toUpperCase()}:${here.slice(2).replaceAll('/', '\\')}`)
const stateOf = (file: string) => file.replace(name, 'Local State')
const store = 'AnthropicPBC.Claude_fnn82j28hfe8t'

const HOUR = 3_600_000
const NOW = 1000 * 24 * HOUR

interface Place {
  /** Configs, by path; a path that ends in a slash is an empty folder. */
  readonly files?: readonly string[] | Record<string, string>
  /** Hours since the `Local State` beside a config was written. */
  readonly used?: Record<string, number>
  /** Files that `state.json` names, the one written last at the end. */
  readonly written?: readonly string[]
  readonly named?: string
  readonly environment?: Environment
  readonly options?: FakeOptions
  readonly records?: Record<string, FileState>
}

async function locate({ files = [], used = {}, written = [], named, environment = side, options = {}, records }: Place) {
  const contents = Array.isArray(files) ? Object.fromEntries(files.map((path) => [path, '{}'])) : (files as Record<string, string>)
  const states = Object.keys(used).map((file) => [stateOf(file), '{}'])
  const times = Object.fromEntries(Object.entries(used).map(([file, hours]) => [stateOf(file), NOW - hours * HOUR]))
  const system = fake({
    ...options,
    files: { ...options.files, ...contents, ...Object.fromEntries(states) },
    times: { ...options.times, ...times },
  })
  system.clock = NOW
  const locator = await clientById('claude-desktop')?.locator?.()
  if (locator === undefined) throw new Error('Claude Desktop has no locator')
  const spelled = environment.kind === 'windows' ? native : nativePath
  const found = await locator.find({
    environment,
    files: sideFiles(system, environment),
    now: NOW,
    registry: (key) => rememberedRegistry(system, { environments: [environment] }, environment, key),
    named: named === undefined ? null : { file: nativePath(named), by: 'a person named it' },
    records: records ?? Object.fromEntries(written.map((file) => [spelled(file), { entries: { x: { server: 'x', digest: '' } } }])),
  })
  return { system, found: 'refuse' in found ? found : { ...found, stale: found.stale.map(({ file }) => file) } }
}

const programs = ({ asked }: Fake) => asked.map(({ argv }) => argv.slice(1).join(' '))

describe("Claude Desktop's live file on Windows", () => {
  it.each<[string, Place, string, string[]]>([
    ['the usual place where nothing is there', {}, classic, []],
    ['the usual file', { files: [classic] }, classic, []],
    ["a package's own, which hides the usual one", { files: [classic, msix('Claude_pzs8')] }, msix('Claude_pzs8'), [classic]],
    ["the Store's package", { files: [msix(store)] }, msix(store), []],
    [
      "claude.ai's package before the Store's, where neither was used",
      { files: [msix(store), msix('Claude_a')] },
      msix('Claude_a'),
      [msix(store)],
    ],
    ["the Store's package, which was used", { files: [msix('Claude_a')], used: { [msix(store)]: 5 } }, msix(store), [msix('Claude_a')]],
    ['not a package that has none, where the usual one is there', { files: [classic, `${local}/Packages/Claude_pzs8/`] }, classic, []],
    ['a package that has none, where nothing else is', { files: [`${local}/Packages/${store}/`] }, msix(store), []],
    ['not that of packages of other programs', { files: [msix('ClaudeX_a'), msix('Other.Claude_a'), classic] }, classic, []],
    ['one in Claude-Data', { files: [data('claude_x'), msix('Claude_a'), classic] }, data('claude_x'), [msix('Claude_a'), classic]],
    [
      'one in any folder of Claude-Data',
      { files: [data('anthropicpbc.claude_fnn82j28hfe8t'), classic] },
      data('anthropicpbc.claude_fnn82j28hfe8t'),
      [classic],
    ],
    ['Claude-Data itself', { files: [`${local}/Claude-Data/${name}`, classic] }, `${local}/Claude-Data/${name}`, [classic]],
    ['not an empty folder in Claude-Data', { files: [`${local}/Claude-Data/claude/`, classic] }, classic, []],
    [
      "not a folder of Chromium's in Claude-Data",
      { files: [`${local}/Claude-Data/Cache/x`], used: { [`${local}/Claude-Data/${name}`]: 1 } },
      `${local}/Claude-Data/${name}`,
      [],
    ],
    [
      'the one that was used, though it has no config yet',
      { files: [classic], used: { [data('claude_x')]: 70 } },
      data('claude_x'),
      [classic],
    ],
    [
      'the one that was used last',
      { files: [classic, msix('Claude_a')], used: { [classic]: 2, [msix('Claude_a')]: 50 } },
      classic,
      [msix('Claude_a')],
    ],
    ['the one that was written before', { files: [data('claude_x'), classic], written: [classic] }, classic, [data('claude_x')]],
    [
      'another that was used more than a day later',
      { files: [data('claude_x'), classic], used: { [data('claude_x')]: 1, [classic]: 26 }, written: [classic] },
      data('claude_x'),
      [classic],
    ],
    [
      'the one written before, spelled in another case',
      { files: [data('claude_x'), classic], records: { [native(classic).toUpperCase()]: { entries: {} } } },
      classic,
      [data('claude_x')],
    ],
  ])('is %s', async (_, place, file, stale) => {
    const { found } = await locate(place)
    expect(found).toMatchObject({ file: native(file), reason: expect.stringMatching(/./) })
    expect('stale' in found && [...found.stale].sort()).toEqual(stale.map(native).sort())
  })

  it('is found in folders of any case', async () => {
    const odd = `${local}/packages/ANTHROPICpbc.CLAUDE_x/localcache/ROAMING/claude/Claude_Desktop_Config.json`
    expect((await locate({ files: [odd] })).found).toMatchObject({ file: native(odd) })
    const state = `${local}/claude-data/Claude/local state`
    const { found } = await locate({ files: { [state]: '', [classic]: '{}' } })
    expect(found).toMatchObject({ file: native(`${local}/claude-data/Claude/${name}`) })
  })

  it('is the last written of several folders where none was used', async () => {
    const [one, two] = [data('claude'), data('claude_2')]
    const { found } = await locate({ files: [one, two], options: { times: { [one]: 5, [two]: 9 } } })
    expect(found).toMatchObject({ file: native(two), stale: [native(one)] })
  })

  it('is a folder once, whatever its names', async () => {
    const link = `${local}/Packages/Claude_a/LocalCache/Roaming/Claude`
    const { found } = await locate({
      files: { [classic]: '{"mcpServers":{"x":{"command":"a"}}}', [`${local}/Packages/Claude_a/x`]: '' },
      used: { [classic]: 1 },
      options: { links: { [link]: classic.replace(`/${name}`, '') } },
    })
    expect(found).toMatchObject({ stale: [] })
  })
})

it('is not a folder of another case on Linux, which is another folder', async () => {
  const { found } = await locate({ files: ['/home/ana/.config/claude/claude_code_config.json'], environment: linux({ self: true }) })
  expect(found).toMatchObject({ file: `/home/ana/.config/Claude/${name}` })
})

describe('folders used less than a day apart', () => {
  const used = { [classic]: 3, [msix('Claude_a')]: 4 }
  const servers = (...entries: [string, object][]) => JSON.stringify({ mcpServers: Object.fromEntries(entries), preferences: { a: 1 } })
  const both = (one: string, other: string): Place => ({ files: { [classic]: one, [msix('Claude_a')]: other }, used })
  const mine: [string, object] = ['mine', { command: 'node', args: ['x'] }]
  const ours: [string, object] = ['mcp-twin', { command: 'C:\\node.exe', args: ['C:\\Users\\Ana\\.mcp-twin\\bin\\mcp-twin.mjs', 'serve'] }]
  const installed: [string, object] = [
    'p',
    { command: 'C:\\node.exe', args: ['C:\\Users\\Ana\\.mcp-twin\\npm\\p@1\\node_modules\\p\\i.js'] },
  ]

  it.each([
    ['other servers', servers(mine), servers(['yours', mine[1]])],
    ['the same name for another server', servers(mine), servers(['mine', { command: 'node', args: ['y'] }])],
    ['none', servers(mine), '{}'],
    ['a config that cannot be read', '{}', '{'],
  ])('are not chosen among where one holds %s', async (_, one, other) => {
    expect((await locate(both(one, other))).found).toEqual({
      refuse: expect.stringContaining('less than a day apart'),
      candidates: [native(classic), native(msix('Claude_a'))],
    })
  })

  it.each([
    [
      'the same servers in another order and spelling',
      servers(mine, ['b', { command: 'b' }]),
      servers(['b', { args: [], command: 'b' }], mine),
    ],
    ['none, or no config at all', '{}', ''],
    ['the same but for our launcher', servers(mine, ours), servers(mine)],
    ['the same but for a package of ours', servers(mine), servers(installed, mine)],
  ])('are distinguished by their time where they hold %s', async (_, one, other) => {
    expect((await locate(both(one, other))).found).toMatchObject({ file: native(classic) })
  })

  it('leave out what we wrote into any of the files', async () => {
    const entry = { command: 'x', args: [], env: {} }
    const wrote = { entries: { plain: { server: 'plain', digest: digest({ kind: 'stdio', ...entry }) } } }
    const { found } = await locate({
      ...both(servers(mine, ['plain', { command: 'x' }]), servers(mine)),
      records: { 'C:\\gone\\claude_desktop_config.json': wrote },
    })
    expect(found).toMatchObject({ file: native(classic) })
  })
})

describe('the file that a person named', () => {
  it('wins, and the others are stale', async () => {
    const files = [msix('Claude_a'), classic]
    const { found } = await locate({ files, named: 'D:\\x.json' })
    expect(found).toMatchObject({ reason: 'a person named it', file: 'D:\\x.json', stale: files.map(native) })
    expect((await locate({ files: [classic], named: native(classic).toUpperCase() })).found).toMatchObject({ stale: [] })
  })

  it('wins over a file that was used later, which is named', async () => {
    const place = { files: [classic, msix('Claude_a')], used: { [classic]: 1 }, named: native(msix('Claude_a')) }
    expect((await locate(place)).found).toMatchObject({ file: native(msix('Claude_a')), likelier: native(classic), stale: [] })
    const sure = { ...place, used: { [classic]: 1, [msix('Claude_a')]: 20 } }
    expect((await locate(sure)).found).not.toHaveProperty('likelier')
  })
})

describe('a file of our records in a folder that nothing names any more', () => {
  it('is stale where it was only named once', async () => {
    const { found } = await locate({ files: [classic, '/d/old.json'], written: ['/d/old.json'] })
    expect(found).toMatchObject({ file: native(classic), stale: ['D:\\old.json'] })
  })

  it('stays where the program was used there: the variable may be missing in this terminal only', async () => {
    const moved = `/d/claude/${name}`
    const { found } = await locate({ files: [classic, moved], used: { [moved]: 3, [classic]: 90 }, written: [moved] })
    expect(found).toMatchObject({ file: native(moved), stale: [native(classic)] })
  })
})

describe('CLAUDE_USER_DATA_DIR', () => {
  const at = (value: string): Environment => ({ ...side, variables: { CLAUDE_USER_DATA_DIR: value } })
  const moved = `/d/claude/${name}`

  it.each(['D:\\claude', 'd:\\claude\\', 'D:/claude', ' D:\\claude '])('%j names a folder that counts before the others', async (value) => {
    const { found } = await locate({ files: [moved, data('x'), classic], environment: at(value) })
    expect(found).toMatchObject({ stale: [native(data('x')), native(classic)] })
    expect('file' in found && found.file.toLowerCase()).toBe(native(moved).toLowerCase())
  })

  it.each(['claude', '', '/home/ana', '.\\x'])('%j names none', async (value) => {
    expect((await locate({ files: [moved, classic], environment: at(value) })).found).toMatchObject({ file: native(classic) })
  })

  it('gives way to a folder that was used', async () => {
    const { found } = await locate({ files: [moved, classic], used: { [classic]: 800 }, environment: at('D:\\claude') })
    expect(found).toMatchObject({ file: native(classic), stale: [native(moved)] })
  })

  it('may name a folder out of sight, and reports it', async () => {
    const { found } = await locate({ files: [classic], environment: at('Z:\\claude') })
    expect(found).toMatchObject({ file: native(classic), unseen: [{ by: 'CLAUDE_USER_DATA_DIR', folder: 'Z:\\claude' }] })
  })

  it.each([
    ['macOS', macos({ self: true }), '/Users/ana/Library/Application Support/Claude'],
    ['Linux', linux({ self: true }), '/home/ana/.config/Claude'],
  ])('counts on %s too', async (_, own, folder) => {
    const usual = `${folder}/${name}`
    expect((await locate({ files: [usual], environment: own })).found).toMatchObject({ file: usual })
    const environment = { ...own, variables: { CLAUDE_USER_DATA_DIR: '/srv/claude' } }
    const file = `/srv/claude/${name}`
    expect((await locate({ environment })).found).toMatchObject({ file })
    expect((await locate({ files: [usual], environment })).found).toMatchObject({ file: usual })
    expect((await locate({ files: [usual, file], environment })).found).toMatchObject({ file, stale: [usual] })
    expect((await locate({ files: [usual], used: { [file]: 1 }, environment })).found).toMatchObject({ file, stale: [usual] })
  })

  describe('as Windows has it now', () => {
    const registry = (value: string, type = 'REG_SZ') => ({
      programs: () =>
        `\r\nHKEY_CURRENT_USER\\Environment\r\n    Path    REG_EXPAND_SZ    C:\\x\r\n    Claude_User_Data_Dir    ${type}    ${value}\r\n\r\n`,
    })

    it('is asked for where the program was not used for a day where we wrote', async () => {
      const place = { files: [moved, classic], written: [classic], used: { [moved]: 1, [classic]: 30 } }
      const { found, system } = await locate({ ...place, options: registry('D:\\claude') })
      expect(programs(system)).toEqual(['query HKCU\\Environment'])
      expect(found).toMatchObject({ file: native(moved) })
    })

    it('is not asked for where no folder could win: most runs start nothing', async () => {
      const { system } = await locate({ files: [classic], written: [classic], used: { [classic]: 23 }, options: registry('D:\\claude') })
      expect(programs(system)).toEqual([])
    })

    it('is not asked for where a person named the file', async () => {
      expect(programs((await locate({ named: 'D:\\x.json', options: registry('D:\\claude') })).system)).toEqual([])
    })

    it.each([
      ['%USERPROFILE%\\claude', `/c/Users/Ana/claude/${name}`],
      ['%SystemDrive%\\claude', `/c/claude/${name}`],
    ])('has its folders filled in: %s', async (value, file) => {
      expect((await locate({ files: [file], options: registry(value, 'REG_EXPAND_SZ') })).found).toMatchObject({ file: native(file) })
    })

    it.each(['D:\\cl?ude', '%NOBODY%\\claude'])('is of no use as %s', async (value) => {
      expect((await locate({ files: [classic], options: registry(value) })).found).toMatchObject({ file: native(classic), unseen: [] })
    })

    it.each([
      ['has no such key', { code: 1, stderr: 'ERROR' }],
      ['gives no answer', { timedOut: true }],
      ['cannot be asked', { trouble: 'ENOEXEC' }],
    ])('changes nothing where the registry %s', async (_, reply) => {
      expect((await locate({ files: [classic], options: { programs: () => reply } })).found).toMatchObject({ file: native(classic) })
    })
  })
})

it('is the usual place on a Windows that is not reached', async () => {
  expect((await locate({ environment: windows() })).found).toMatchObject({ file: native(classic), stale: [] })
})
