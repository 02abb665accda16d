import { describe, expect, it } from 'vitest'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import type { Program } from '../../../src/model/system.ts'
import { type FakeOptions, fake, nodeAnswer, type Reply, utf16 } from './fake.ts'

const wslExe = 'C:\\WINDOWS\\System32\\wsl.exe'

const said = (facts: Record<string, string>, node = nodeAnswer('/home/ana/.nvm/versions/node/v24.1.0/bin/node')): string =>
  Object.entries({ user: 'ana', home: '/home/ana', release: '5.15.0-microsoft-standard-WSL2', mount: '/mnt/c/', name: 'Ubuntu', ...facts })
    .map(([name, value]) => `\n@mcp-twin:${name} ${value}\n`)
    .join('') + node

/** A Windows with node, and WSL as the test answers for it. */
const machine = (list: Reply | undefined, enter: Reply | undefined, more: FakeOptions = {}): FakeOptions => ({
  platform: 'win32',
  ...more,
  variables: {
    USERNAME: 'Ana',
    USERPROFILE: 'C:\\Users\\Ana',
    appdata: 'C:\\Users\\Ana\\AppData\\Roaming',
    LOCALAPPDATA: 'C:\\Users\\Ana\\AppData\\Local',
    SystemRoot: 'C:\\WINDOWS',
    ...more.variables,
  },
  files: {
    [wslExe]: '',
    'C:\\Program Files\\nodejs\\node.exe': '',
    'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js': '',
    '\\\\wsl.localhost\\Ubuntu\\home\\ana\\.nvm\\versions\\node\\v24.1.0\\lib\\node_modules\\npm\\bin\\npm-cli.js': '',
    '\\\\wsl.localhost\\Ubuntu\\home\\ana\\.npmrc': 'prefix=~/.npm-global\n',
    ...more.files,
  },
  programs: (program: Program) => (program.argv.includes('-l') ? list : enter),
})

describe('Windows', () => {
  it('knows itself without starting anything', async () => {
    const system = fake(machine(undefined, undefined, { files: { [wslExe]: '' } }))
    const [self] = (await detectWorld(system)).environments
    expect(self).toMatchObject({
      id: 'windows',
      self: true,
      user: 'Ana',
      home: 'C:\\Users\\Ana',
      appData: 'C:\\Users\\Ana\\AppData\\Roaming',
      node: 'C:\\Program Files\\nodejs\\node.exe',
      npm: 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
      prefix: 'C:\\Program Files\\nodejs',
    })
  })

  it('without wsl.exe is alone, and asks nobody', async () => {
    const options = machine(undefined, undefined)
    delete options.files?.[wslExe]
    const system = fake(options)
    expect((await detectWorld(system)).environments.map(({ id }) => id)).toEqual(['windows'])
    expect(system.asked).toEqual([])
  })

  it.each([
    ['offers to install WSL', { code: 1, stdout: utf16('Das Windows-Subsystem für Linux ist nicht installiert.\r\n') }],
    ['lists none', ''],
    ['has docker only', utf16('docker-desktop\r\ndocker-desktop-data\r\n')],
  ])('whose wsl.exe %s is alone', async (_, list) => {
    expect((await detectWorld(fake(machine(list, undefined)))).environments.map(({ id }) => id)).toEqual(['windows'])
  })

  it('whose wsl.exe hangs says so', async () => {
    const [, wsl] = (await detectWorld(fake(machine({ timedOut: true }, undefined)))).environments
    expect(wsl).toMatchObject({
      kind: 'wsl',
      files: [],
      trouble: { reason: expect.stringContaining('did not answer'), hint: expect.stringContaining('wsl --shutdown') },
    })
    expect(wsl?.exec).toBeUndefined()
  })
})

describe('a distribution seen from Windows', () => {
  it.each([
    ['UTF-16LE', utf16('docker-desktop\r\nUbuntu\r\nDebian\r\n')],
    ['UTF-8', 'docker-desktop\nUbuntu\nDebian\n'],
  ])('is the default one that people use, listed in %s', async (_, list) => {
    const system = fake(machine(list, said({ claude: '/home/ana/.cc' })))
    const { environments } = await detectWorld(system)
    expect(environments[1]).toEqual({
      id: 'wsl:Ubuntu',
      kind: 'wsl',
      self: false,
      distro: 'Ubuntu',
      user: 'ana',
      home: '/home/ana',
      mountRoot: '/mnt/',
      wslVersion: 2,
      claudeConfigDir: '/home/ana/.cc',
      node: '/home/ana/.nvm/versions/node/v24.1.0/bin/node',
      nodeVersion: '22.1.0',
      npm: '/home/ana/.nvm/versions/node/v24.1.0/lib/node_modules/npm/bin/npm-cli.js',
      prefix: '/home/ana/.npm-global',
      files: [
        { native: '/', here: '\\\\wsl.localhost\\Ubuntu\\' },
        { native: '/mnt/c/', here: 'C:\\' },
      ],
      exec: [wslExe, '-d', 'Ubuntu', '-u', 'ana', '--exec'],
      running: [],
    })
    expect(system.asked.map(({ argv }) => argv)).toEqual([
      [wslExe, '-l', '-q'],
      [wslExe, '-d', 'Ubuntu', '--exec', '/bin/sh'],
    ])
    expect(system.asked[0]?.env).toMatchObject({ WSL_UTF8: '1' })
    expect(system.asked.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0)).toBeLessThan(10_000)
  })

  it('is the one that was asked for, under the name it gives itself', async () => {
    const system = fake(machine(undefined, said({ name: 'Debian' })))
    const { environments } = await detectWorld(system, { distro: 'debian' })
    expect(environments[1]).toMatchObject({ id: 'wsl:Debian', exec: [wslExe, '-d', 'Debian', '-u', 'ana', '--exec'] })
    expect(system.asked).toHaveLength(1)
  })

  it('is the one where home is', async () => {
    const home = { version: 1, environment: 'wsl:Arch', user: 'ana', folder: '/home/ana/.mcp-twin' }
    const system = fake(
      machine(utf16('Ubuntu\r\n'), said({ name: 'Arch' }), { files: { 'C:\\Users\\Ana\\.mcp-twin\\home.json': JSON.stringify(home) } }),
    )
    expect((await detectWorld(system)).environments[1]?.id).toBe('wsl:Arch')
  })

  it('may be several', async () => {
    const system = fake({ ...machine(undefined, undefined), programs: ({ argv }) => said({ name: argv[2] ?? '' }) })
    expect((await detectWorld(system, { distro: ['Ubuntu', 'Debian'] })).environments.map(({ id }) => id)).toEqual([
      'windows',
      'wsl:Ubuntu',
      'wsl:Debian',
    ])
  })

  it('is opened by the share of an older Windows', async () => {
    const options = machine('Ubuntu\n', said({}))
    const files = Object.fromEntries(
      Object.entries(options.files ?? {}).map(([path, text]) => [path.replace('wsl.localhost', 'wsl$'), text]),
    )
    const [, wsl] = (await detectWorld(fake({ ...options, files }))).environments
    expect(wsl?.files[0]).toEqual({ native: '/', here: '\\\\wsl$\\Ubuntu\\' })
    expect(wsl?.npm).toBe('/home/ana/.nvm/versions/node/v24.1.0/lib/node_modules/npm/bin/npm-cli.js')
  })

  it('may mount no drive, or elsewhere, and be WSL 1', async () => {
    const [, none] = (await detectWorld(fake(machine('Ubuntu\n', said({ mount: '', release: '4.4.0-19041-Microsoft' }))))).environments
    expect(none).toMatchObject({ mountRoot: '', wslVersion: 1, files: [{ native: '/' }] })
    const [, root] = (await detectWorld(fake(machine('Ubuntu\n', said({ mount: '/c/' }))))).environments
    expect(root).toMatchObject({ mountRoot: '/', files: [{ native: '/' }, { native: '/c/', here: 'C:\\' }] })
  })

  it('whose login shell is too slow is not reported to have no node', async () => {
    const slow = '\n@mcp-twin:late 3\n\n@mcp-twin:found /opt/node\n'
    const [, wsl] = (await detectWorld(fake(machine('Ubuntu\n', said({}, slow))))).environments
    expect(wsl?.trouble).toEqual({
      reason: 'node in Ubuntu, or the login shell that finds it, did not answer in time',
      hint: 'see what keeps it, in PowerShell: wsl -d Ubuntu -- bash -lic "node -v"',
    })
    const [, late] = (await detectWorld(fake(machine('Ubuntu\n', said({ late: '3' }))))).environments
    expect(late?.trouble).toBeUndefined()
  })

  it.each([
    ['none', '', 'no node was found in Ubuntu'],
    ['one that crashes', '\n@mcp-twin:found /opt/node\n', 'its node does not work: /opt/node'],
    ['one on a Windows drive', nodeAnswer('/mnt/c/Program Files/nodejs/node'), 'the one of Windows'],
    ['a Windows program', nodeAnswer('C:\\nodejs\\node.exe', { platform: 'win32' }), 'the one of Windows'],
  ])('with no node but %s says so', async (_, node, reason) => {
    const [, wsl] = (await detectWorld(fake(machine('Ubuntu\n', said({}, node))))).environments
    expect(wsl).toMatchObject({
      trouble: { reason: expect.stringContaining(reason), hint: expect.stringContaining('inside the distribution') },
    })
    expect(wsl?.node).toBeUndefined()
  })

  it('is not lost among what its shells print', async () => {
    const noise = `Welcome!\n@mcp-twin is a tool\n${said({})}\nbye`
    expect((await detectWorld(fake(machine('Ubuntu\n', noise)))).environments[1]).toMatchObject({ user: 'ana', nodeVersion: '22.1.0' })
  })

  it.each([
    [
      'cannot be started',
      { code: 255, stdout: utf16('The virtual machine could not be started.\r\n') },
      'The virtual machine could not be started.',
    ],
    ['does not answer', { timedOut: true }, 'did not answer within'],
    ['answers nonsense', 'hello', 'printed no answer'],
  ])('that %s is there, with the reason', async (_, enter: Reply, reason) => {
    const [, wsl] = (await detectWorld(fake(machine('Ubuntu\n', enter)))).environments
    expect(wsl).toMatchObject({ id: 'wsl:Ubuntu', files: [], trouble: { reason: expect.stringContaining(reason) } })
    expect(wsl?.exec).toBeUndefined()
  })
})

describe('a distribution that is stopped', () => {
  /** Ubuntu and Debian, of which these run; wsl.exe ends with an error where none does. */
  const two = (running: readonly string[], more: FakeOptions = {}): FakeOptions => ({
    ...machine(undefined, undefined, more),
    programs({ argv }) {
      if (argv.includes('--running'))
        return running.length === 0 ? { code: 1, stdout: utf16('There are no running distributions.') } : utf16(running.join('\r\n'))
      return argv.includes('-l') ? utf16('Ubuntu\r\nDebian\r\n') : said({ name: argv[2] ?? '' })
    },
  })
  const entered = (system: ReturnType<typeof fake>): string[] =>
    system.asked.flatMap(({ argv }) => (argv[1] === '-d' ? [argv[2] ?? ''] : []))

  it('is asleep to a look that lets it sleep, and is entered by any other', async () => {
    const distro = ['Ubuntu', 'Debian']
    const system = fake(two(['Ubuntu']))
    const { environments } = await detectWorld(system, { distro, letsSleep: true })
    expect(environments[1]).toMatchObject({ id: 'wsl:Ubuntu', exec: expect.any(Array) })
    expect(environments[2]).toMatchObject({ id: 'wsl:Debian', asleep: true, files: [], trouble: { hint: 'in PowerShell: wsl -d Debian' } })
    expect(environments[2]).not.toHaveProperty('exec')
    expect(entered(system)).toEqual(['Ubuntu'])
    await detectWorld(system, { distro })
    expect(entered(system)).toEqual(['Ubuntu', 'Ubuntu', 'Debian'])
  })

  it('stays so where none runs, and where it was known from before', async () => {
    const folder = { 'C:\\Users\\Ana\\.mcp-twin\\mcp-twin.json': '{"version":1,"servers":{}}' }
    const system = fake(two([], { files: folder }))
    expect((await detectWorld(system)).environments[1]).toMatchObject({ id: 'wsl:Ubuntu', exec: expect.any(Array) })
    expect((await detectWorld(system, { letsSleep: true })).environments[1]).toMatchObject({
      id: 'wsl:Ubuntu',
      home: '/home/ana',
      asleep: true,
      files: [],
    })
    expect(entered(system)).toEqual(['Ubuntu'])
    // It is not remembered as asleep.
    expect((await detectWorld(system)).environments[1]).not.toHaveProperty('asleep')
  })

  it('is entered where home is in it', async () => {
    const home = { version: 1, environment: 'wsl:Debian', user: 'ana', folder: '/home/ana/.mcp-twin' }
    const system = fake(two([], { files: { 'C:\\Users\\Ana\\.mcp-twin\\home.json': JSON.stringify(home) } }))
    expect((await detectWorld(system, { letsSleep: true })).environments[1]).toMatchObject({ id: 'wsl:Debian', exec: expect.any(Array) })
  })
})
