import { describe, expect, it } from 'vitest'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import { type FakeOptions, fake } from './fake.ts'

const own = async (options: FakeOptions) => {
  const system = fake(options)
  const { environments } = await detectWorld(system)
  expect(system.asked).toEqual([])
  expect(environments).toHaveLength(1)
  return environments[0]
}

const debian = { '/proc/sys/kernel/osrelease': '6.1.0-13-amd64\n', '/proc/version': 'Linux version 6.1.0-13-amd64', '/home/ana/x': '' }
const ana = { USER: 'ana', HOME: '/home/ana', PATH: '/usr/local/bin:/usr/bin' }

describe('a plain Linux', () => {
  it('is one environment, looked at without starting anything', async () => {
    const files = { ...debian, '/usr/bin/node': '', '/usr/share/nodejs/npm/bin/npm-cli.js': '' }
    expect(await own({ files, variables: ana })).toEqual({
      id: 'linux',
      kind: 'linux',
      self: true,
      user: 'ana',
      home: '/home/ana',
      node: '/usr/bin/node',
      nodeVersion: process.versions.node,
      npm: '/usr/share/nodejs/npm/bin/npm-cli.js',
      prefix: '/usr',
      files: [],
      running: [],
    })
  })

  it.each([
    ['nvm', '/home/ana/.nvm/versions/node/v24.1.0/bin/node', '/home/ana/.nvm/versions/node/v24.1.0/lib/node_modules/npm/bin/npm-cli.js'],
    [
      'Volta',
      '/home/ana/.volta/tools/image/node/22.1.0/bin/node',
      '/home/ana/.volta/tools/image/node/22.1.0/lib/node_modules/npm/bin/npm-cli.js',
    ],
    [
      'Homebrew',
      '/home/linuxbrew/.linuxbrew/Cellar/node/24.1.0/bin/node',
      '/home/linuxbrew/.linuxbrew/Cellar/node/24.1.0/libexec/lib/node_modules/npm/bin/npm-cli.js',
    ],
  ])('finds the npm beside the node of %s', async (_, node, npm) => {
    expect(await own({ files: { ...debian, [node]: '', [npm]: '' }, execPath: node, variables: ana })).toMatchObject({ node, npm })
  })

  it('takes the npm that started it, or the one on PATH, where node has none beside it', async () => {
    const files = { ...debian, '/opt/npm/bin/npm-cli.js': '', '/n/lib/npm-cli.js': '' }
    const links = { '/usr/local/bin/npm': '/opt/npm/bin/npm-cli.js' }
    expect(await own({ files, links, variables: ana })).toMatchObject({ npm: '/opt/npm/bin/npm-cli.js' })
    expect(await own({ files, links, variables: { ...ana, npm_execpath: '/n/lib/npm-cli.js' } })).toMatchObject({
      npm: '/n/lib/npm-cli.js',
    })
    expect((await own({ files, links, variables: { ...ana, npm_execpath: '/n/lib/yarn.js', PATH: '' } }))?.npm).toBeUndefined()
  })

  it.each([
    ['where node is', {}, {}, '/opt/node'],
    ['where the node on PATH is a link', {}, { links: { '/usr/local/bin/node': '/opt/node/bin/node' } }, '/usr/local'],
    [
      "but not fnm's folder of one shell",
      { PATH: '/run/fnm_multishells/1/bin' },
      { links: { '/run/fnm_multishells/1/bin/node': '/opt/node/bin/node' } },
      '/opt/node',
    ],
    ['said by a variable', { NPM_CONFIG_PREFIX: '/v' }, {}, '/v'],
    ["said by the user's npmrc", {}, { npmrc: 'x=1\n; prefix=/no\nprefix = ${HOME}/.npm-global\n' }, '/home/ana/.npm-global'],
    ['said from the home folder', {}, { npmrc: 'prefix=~/.npm\r\n' }, '/home/ana/.npm'],
    ['said twice', {}, { npmrc: 'prefix=/a\nprefix=/b\n' }, '/b'],
    ['said in a way that is no path', {}, { npmrc: 'prefix=\n' }, '/opt/node'],
    ['said by another npmrc', { NPM_CONFIG_USERCONFIG: '/etc/mine' }, { file: ['/etc/mine', 'prefix="/quoted"'] }, '/quoted'],
    ['said by the global npmrc', {}, { file: ['/opt/node/etc/npmrc', 'prefix=/g'] }, '/g'],
    ['said by the npmrc that npm came with', {}, { file: ['/opt/node/lib/node_modules/npm/npmrc', 'prefix=/b'] }, '/b'],
    ['said by PREFIX', { PREFIX: '/data/usr' }, {}, '/data/usr'],
  ])("knows npm's prefix %s", async (_, variables, more: { links?: Record<string, string>; npmrc?: string; file?: string[] }, prefix) => {
    const [file = '/none', text = ''] = more.file ?? ['/home/ana/.npmrc', more.npmrc ?? '']
    const files = { ...debian, '/opt/node/bin/node': '', '/opt/node/lib/node_modules/npm/bin/npm-cli.js': '', [file]: text }
    const found = await own({
      files,
      execPath: '/opt/node/bin/node',
      variables: { ...ana, ...variables },
      ...(more.links && { links: more.links }),
    })
    expect(found?.prefix).toBe(prefix)
  })

  it('knows where Claude Code was moved to', async () => {
    expect(await own({ files: debian, variables: { ...ana, CLAUDE_CONFIG_DIR: '/home/ana/cc' } })).toMatchObject({
      claudeConfigDir: '/home/ana/cc',
    })
  })

  it('without any home stops with the reason', async () => {
    await expect(detectWorld(fake({ files: debian }))).rejects.toMatchObject({ code: 'no-home', hint: expect.any(String) })
  })
})

describe('macOS', () => {
  it('is one environment, with npm of Homebrew', async () => {
    const npm = '/opt/homebrew/lib/node_modules/npm/bin/npm-cli.js'
    const options: FakeOptions = {
      platform: 'darwin',
      execPath: '/opt/homebrew/Cellar/node/24.1.0/bin/node',
      files: { [npm]: '', '/Users/ana/x': '' },
      variables: { USER: 'ana', HOME: '/Users/ana' },
    }
    expect(await own(options)).toMatchObject({ id: 'macos', kind: 'macos', home: '/Users/ana', npm })
  })
})

describe('sudo', () => {
  const files = { ...debian, '/root/x': '' }
  const look = (uid: number, variables: Record<string, string>) =>
    detectWorld(fake({ files, uid, variables, owners: { '/home/ana': 1000, '/root': 0 } }))

  it.each([
    ['root on the home of the caller', 0, { SUDO_USER: 'ana', HOME: '/home/ana' }],
    ['doas', 0, { DOAS_USER: 'ana', HOME: '/home/ana' }],
    ['another user on the home of the caller', 1001, { SUDO_USER: 'ana', HOME: '/home/ana' }],
  ])('is refused: %s', async (_, uid, variables) => {
    await expect(look(uid, variables)).rejects.toMatchObject({ code: 'sudo', hint: expect.stringContaining('without sudo') })
  })

  it.each([
    ['root itself', 0, { HOME: '/root' }],
    ["root's own home under sudo", 0, { SUDO_USER: 'ana', HOME: '/root' }],
    ['a user', 1000, { HOME: '/home/ana' }],
  ])('is not: %s', async (_, uid, variables) => {
    await expect(look(uid, variables)).resolves.toBeDefined()
  })
})

describe('a planted world', () => {
  const plant = (text: string | undefined) =>
    detectWorld(fake({ files: text === undefined ? {} : { '/w.json': text }, variables: { MCP_TWIN_WORLD: '/w.json', WSLENV: 'A/u' } }))
  const side = { id: 'windows', kind: 'windows', self: true, user: 'Ana', home: 'C:\\Users\\Ana' }

  it('stands, whatever this machine is', async () => {
    const world = await plant(
      JSON.stringify({ environments: [{ ...side, files: [{ native: 'C:\\', here: '/w/c' }], running: ['claude.exe'] }] }),
    )
    expect(world).toEqual({
      environments: [{ ...side, files: [{ native: 'C:\\', here: '/w/c' }], running: ['claude.exe'] }],
      wslenv: 'A/u',
    })
  })

  it.each([
    ['that is not there', undefined, 'no planted world'],
    ['that is not JSON', '{', 'not JSON'],
    ['that is none', '{"environments":[{"id":"x"}]}', 'environments.0.kind'],
    ['of nobody', JSON.stringify({ environments: [{ ...side, self: false }] }), 'exactly one'],
    ['with two of a name', JSON.stringify({ environments: [side, { ...side, self: false }] }), 'two environments "windows"'],
  ])('%s is refused', async (_, text, message) => {
    await expect(plant(text)).rejects.toMatchObject({ code: 'usage', message: expect.stringContaining(message) })
  })
})
