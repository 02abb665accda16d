import { describe, expect, it } from 'vitest'
import { findHome, ownFolder, writeHomeJson } from '../../../src/effects/machine/home.ts'
import type { World } from '../../../src/model/environment.ts'
import { native } from '../../../src/model/path.ts'
import { linux, windows, worldOf, wsl } from '../paths/sides.ts'
import { type FakeOptions, fake } from './fake.ts'

const drive = [{ native: 'C:\\', here: '/w/c/' }]
const ubuntu = wsl('Ubuntu', { self: true, node: native('/usr/bin/node') })
const win = windows({ files: drive, exec: [], node: native('C:\\n\\node.exe') })
const world = worldOf(ubuntu, win)
const wslManifest = '/home/ana/.mcp-twin/mcp-twin.json'
const windowsManifest = '/w/c/Users/Ana/.mcp-twin/mcp-twin.json'
const told = (environment: string, folder: string) =>
  JSON.stringify({ version: 1, environment, user: 'Ana', folder, node: 'C:\\old\\node.exe' })

const find = (files: Record<string, string>, options = {}, more: FakeOptions = {}, where: World = world) =>
  findHome(fake({ ...more, files }), where, options)

describe('home', () => {
  it('is this side where there is none yet', async () => {
    expect(await find({})).toEqual({
      environment: ubuntu,
      folder: '/home/ana/.mcp-twin',
      here: '/home/ana/.mcp-twin',
      isSelf: true,
      homeJson: null,
      others: [],
    })
  })

  it('is the side that holds a manifest', async () => {
    expect(await find({ [wslManifest]: '{}' })).toMatchObject({ isSelf: true })
    expect(await find({ [windowsManifest]: '{}' })).toMatchObject({
      environment: { id: 'windows' },
      folder: 'C:\\Users\\Ana\\.mcp-twin',
      here: '/w/c/Users/Ana/.mcp-twin',
      isSelf: false,
    })
  })

  it('is where home.json says, in the folder it says, with or without a manifest', async () => {
    const files = { '/home/ana/.mcp-twin/home.json': told('windows', 'C:\\twin') }
    for (const more of [{}, { '/w/c/twin/mcp-twin.json': '{}' }]) {
      expect(await find({ ...files, ...more })).toMatchObject({
        environment: { id: 'windows' },
        folder: 'C:\\twin',
        here: '/w/c/twin',
        isSelf: false,
        homeJson: { node: 'C:\\old\\node.exe' },
      })
    }
  })

  it('is not guessed between two manifests', async () => {
    const both = { [wslManifest]: '{}', [windowsManifest]: '{}' }
    await expect(find(both)).rejects.toMatchObject({
      exit: 2,
      message: expect.stringContaining(wslManifest),
      hint: expect.stringContaining('--home windows'),
    })
    expect(await find(both, { home: 'windows' })).toMatchObject({
      environment: { id: 'windows' },
      others: [{ environment: { id: 'wsl:Ubuntu' }, folder: '/home/ana/.mcp-twin' }],
    })
    expect(await find(both, { home: 'WSL:ubuntu' })).toMatchObject({ isSelf: true, others: [{ environment: { id: 'windows' } }] })
    expect(await find(both, { manifest: 'C:\\Users\\Ana\\.mcp-twin\\mcp-twin.json' })).toMatchObject({ environment: { id: 'windows' } })
    await expect(find(both, { manifest: '/elsewhere/mcp-twin.json' })).rejects.toMatchObject({ exit: 2 })
  })

  it('moves with MCP_TWIN_HOME, on this side only', async () => {
    const variables = { MCP_TWIN_HOME: '/data/twin' }
    expect(await find({}, {}, { variables })).toMatchObject({ folder: '/data/twin', isSelf: true })
    expect(await find({ [windowsManifest]: '{}' }, {}, { variables })).toMatchObject({ folder: 'C:\\Users\\Ana\\.mcp-twin' })
  })

  it('must be a side of this machine', async () => {
    await expect(find({}, { home: 'macos' })).rejects.toMatchObject({ exit: 2, hint: expect.stringContaining('wsl:Ubuntu, windows') })
    await expect(find({ '/home/ana/.mcp-twin/home.json': told('wsl:Gone', '/x') })).rejects.toMatchObject({
      code: 'home-unreachable',
      hint: expect.stringContaining('init --home windows'),
    })
  })

  it('that cannot be reached says why', async () => {
    const away = windows({ trouble: { reason: 'interop is off', hint: 'switch it on' } })
    await expect(find({}, { home: 'windows' }, {}, worldOf(ubuntu, away))).rejects.toMatchObject({
      message: expect.stringContaining('interop is off'),
      hint: 'switch it on',
    })
  })

  it.each(['{', '{"version":1}', '[]'])('is not guessed from a broken home.json: %s', async (text) => {
    await expect(find({ '/home/ana/.mcp-twin/home.json': text })).rejects.toMatchObject({
      code: 'home-json',
      place: { file: '/home/ana/.mcp-twin/home.json' },
    })
  })

  it('is the own one of two distributions, else the one that home.json names', async () => {
    const debian = wsl('Debian', { files: [{ native: '/', here: '/w/debian' }] })
    expect((await find({}, { home: 'wsl' }, {}, worldOf(debian, ubuntu))).environment.id).toBe('wsl:Ubuntu')
    const self = windows({ self: true, files: drive })
    const arch = wsl('Arch', { files: [{ native: '/', here: '/w/arch' }] })
    const files = { '/w/c/Users/Ana/.mcp-twin/home.json': told('wsl:Debian', '/x') }
    expect((await find(files, { home: 'wsl' }, {}, worldOf(self, arch, debian))).environment.id).toBe('wsl:Debian')
    expect((await find({}, { home: 'wsl' }, {}, worldOf(self, arch, debian))).environment.id).toBe('wsl:Arch')
  })
})

describe('our folder', () => {
  const planted = windows({ self: true, files: drive })
  it.each([
    [linux({ self: true }), '/data/x/../twin', '/data/twin'],
    [planted, 'C:\\twin', 'C:\\twin'],
    [planted, '/w/c/twin', 'C:\\twin'],
    [win, '/data', 'C:\\Users\\Ana\\.mcp-twin'],
    [linux({ self: true }), '', '/home/ana/.mcp-twin'],
  ])('%#', (side, moved, expected) => {
    expect(ownFolder(fake({ variables: { MCP_TWIN_HOME: moved } }), side)).toBe(expected)
  })

  it.each([
    [linux({ self: true }), 'relative'],
    [planted, '/elsewhere'],
  ])('must be absolute: %#', (side, moved) => {
    expect(() => ownFolder(fake({ variables: { MCP_TWIN_HOME: moved } }), side)).toThrow(/not an absolute path/)
  })
})

describe('home.json', () => {
  it('is written on the sides that are not home, and only when it says something new', async () => {
    const system = fake()
    const home = { environment: ubuntu, folder: native('/home/ana/.mcp-twin') }
    expect(await writeHomeJson(system, win, home)).toBe(true)
    expect(JSON.parse(system.contents.get('/w/c/Users/Ana/.mcp-twin/home.json') ?? '')).toEqual({
      version: 1,
      environment: 'wsl:Ubuntu',
      user: 'ana',
      folder: '/home/ana/.mcp-twin',
      node: '/usr/bin/node',
    })
    expect(await writeHomeJson(system, win, home)).toBe(false)
    expect(await writeHomeJson(system, ubuntu, home)).toBe(false)
    expect(await writeHomeJson(system, windows(), home)).toBe(false)
  })
})
