import { describe, expect, it } from 'vitest'
import { detectWorld } from '../../../src/effects/machine/detect.ts'
import type { Environment } from '../../../src/model/environment.ts'
import type { Program } from '../../../src/model/system.ts'
import { type FakeOptions, fake, nodeAnswer, type Reply, utf16 } from './fake.ts'

const nodejs = '/mnt/c/Program Files/nodejs'
const profile = {
  USERNAME: 'Zoé Ana',
  USERPROFILE: 'C:\\Users\\Zoé Ana',
  APPDATA: 'C:\\Users\\Zoé Ana\\AppData\\Roaming',
  LOCALAPPDATA: 'D:\\Local',
  SystemRoot: 'C:\\WINDOWS',
}
const told = nodeAnswer('C:\\Program Files\\nodejs\\node.exe', { platform: 'win32', variables: profile })
const set = (variables: Record<string, string>) =>
  utf16(
    Object.entries(variables)
      .map(([name, value]) => `${name}=${value}\r\n`)
      .join(''),
  )

/** A WSL 2 distribution beside a Windows with node, as installers leave both. */
const machine = (more: FakeOptions = {}, without: readonly string[] = []): FakeOptions => {
  const files: Record<string, string> = {
    '/proc/sys/kernel/osrelease': '5.15.167.4-microsoft-standard-WSL2\n',
    '/proc/version': 'Linux version 5.15.167.4-microsoft-standard-WSL2',
    '/proc/mounts': 'C:\\134 /mnt/c 9p rw,aname=drvfs;path=C:\\;uid=1000 0 0\n',
    '/usr/bin/node': '',
    '/usr/lib/node_modules/npm/bin/npm-cli.js': '',
    '/home/ana/.bashrc': '',
    '/mnt/c/Windows/System32/cmd.exe': '',
    '/mnt/c/Windows/System32/wsl.exe': '',
    [`${nodejs}/node.exe`]: '',
    [`${nodejs}/npm`]: '',
    [`${nodejs}/node_modules/npm/bin/npm-cli.js`]: '',
    [`${nodejs}/node_modules/npm/npmrc`]: 'prefix=${APPDATA}\\npm\r\n',
    ...more.files,
  }
  for (const path of without) delete files[path]
  const variables = {
    USER: 'ana',
    HOME: '/home/ana',
    WSL_DISTRO_NAME: 'Ubuntu',
    PATH: `/usr/bin:${nodejs}:/mnt/c/Windows/System32`,
    ...more.variables,
  }
  return { ...more, files, variables }
}

const onlyNode = (reply: Reply) => (program: Program) => (program.argv[0]?.endsWith('node.exe') ? reply : undefined)

async function look(options: FakeOptions) {
  const system = fake(options)
  const { environments } = await detectWorld(system)
  const [self, windows] = environments as [Environment, Environment]
  return { system, self, windows, environments }
}

describe('a WSL distribution', () => {
  it('knows itself without starting anything', async () => {
    const { self, system } = await look(machine({ programs: onlyNode(told) }))
    expect(self).toMatchObject({
      id: 'wsl:Ubuntu',
      self: true,
      distro: 'Ubuntu',
      user: 'ana',
      home: '/home/ana',
      mountRoot: '/mnt/',
      wslVersion: 2,
      node: '/usr/bin/node',
      npm: '/usr/lib/node_modules/npm/bin/npm-cli.js',
      prefix: '/usr',
    })
    expect(self.trouble).toBeUndefined()
    expect(system.asked.every(({ argv }) => argv[0]?.startsWith('/mnt/c/'))).toBe(true)
  })

  it('never takes the npm of Windows for its own, however it is come by', async () => {
    const npm = ['/usr/lib/node_modules/npm/bin/npm-cli.js']
    expect((await look(machine({ programs: onlyNode(told) }, npm))).self.npm).toBeUndefined()
    const links = { '/usr/bin/npm': `${nodejs}/node_modules/npm/bin/npm-cli.js` }
    expect((await look(machine({ links, programs: onlyNode(told) }, npm))).self.npm).toBeUndefined()
    const own = { links: { '/usr/bin/npm': '/opt/npm-cli.js' }, files: { '/opt/npm-cli.js': '' } }
    expect((await look(machine({ ...own, programs: onlyNode(told) }, npm))).self.npm).toBe('/opt/npm-cli.js')
  })

  it('says that it is WSL 1', async () => {
    const files = { '/proc/sys/kernel/osrelease': '4.4.0-19041-Microsoft\n', '/proc/mounts': 'C: /mnt/c drvfs rw 0 0\n' }
    expect((await look(machine({ files, programs: onlyNode(told) }))).self).toMatchObject({ kind: 'wsl', wslVersion: 1 })
  })

  it('finds its name where no login set it', async () => {
    const { self } = await look(
      machine({
        variables: { WSL_DISTRO_NAME: '' },
        programs: ({ argv }) => (argv[0] === 'wslpath' ? '\\\\wsl.localhost\\Ubuntu-24.04\\\n' : told),
      }),
    )
    expect(self.id).toBe('wsl:Ubuntu-24.04')
  })

  it('says that its name is not known', async () => {
    const { self } = await look(machine({ variables: { WSL_DISTRO_NAME: '' }, programs: onlyNode(told) }))
    expect(self).toMatchObject({ id: 'wsl:unknown', trouble: { reason: expect.stringContaining('name') } })
  })

  it('takes user and home from the list of users where cron set neither', async () => {
    const files = { '/etc/passwd': 'root:x:0:0::/root:/bin/sh\nben:x:1000:1000::/home/ben:/bin/zsh\n' }
    const { self } = await look(machine({ files, variables: { USER: '', HOME: '' }, programs: onlyNode(told) }))
    expect(self).toMatchObject({ user: 'ben', home: '/home/ben' })
  })
})

describe('another distribution', () => {
  it('is not entered by a look that lets it sleep, if it is stopped', async () => {
    const entered: string[] = []
    const programs = ({ argv }: Program): Reply | undefined => {
      if (argv[0]?.endsWith('node.exe')) return told
      if (argv.includes('--running')) return utf16('Ubuntu\r\nArch\r\n')
      if (argv[1] === '-d') entered.push(argv[2] ?? '')
      return { code: 1 }
    }
    const { environments } = await detectWorld(fake(machine({ programs, files: { '/mnt/c/WINDOWS/System32/wsl.exe': '' } })), {
      distro: ['Debian', 'Arch'],
      letsSleep: true,
    })
    expect(environments[2]).toMatchObject({ id: 'wsl:Debian', asleep: true, trouble: { reason: expect.stringContaining('is asleep') } })
    expect(environments[3]).not.toHaveProperty('asleep')
    expect(entered).toEqual(['Arch'])
  })
})

describe('a container on a WSL machine', () => {
  it('is a plain Linux, and says what it is', async () => {
    const { environments } = await look(machine({ files: { '/.dockerenv': '' }, variables: { WSL_DISTRO_NAME: '' } }))
    expect(environments).toMatchObject([{ id: 'linux', kind: 'linux', container: true }])
  })

  it('is not what a distribution made from a container is', async () => {
    const { self } = await look(machine({ files: { '/.dockerenv': '' }, programs: onlyNode(told) }))
    expect(self.kind).toBe('wsl')
  })
})

describe('the Windows of a distribution', () => {
  it('is known by one question to its node', async () => {
    const { windows, system } = await look(machine({ programs: onlyNode(told) }))
    expect(windows).toEqual({
      id: 'windows',
      kind: 'windows',
      self: false,
      user: 'Zoé Ana',
      home: 'C:\\Users\\Zoé Ana',
      appData: 'C:\\Users\\Zoé Ana\\AppData\\Roaming',
      localAppData: 'D:\\Local',
      systemRoot: 'C:\\WINDOWS',
      node: 'C:\\Program Files\\nodejs\\node.exe',
      nodeVersion: '22.1.0',
      npm: 'C:\\Program Files\\nodejs\\node_modules\\npm\\bin\\npm-cli.js',
      prefix: 'C:\\Users\\Zoé Ana\\AppData\\Roaming\\npm',
      files: [
        { native: 'C:\\', here: '/mnt/c/' },
        { native: '\\\\wsl.localhost\\Ubuntu\\', here: '/' },
        { native: '\\\\wsl$\\Ubuntu\\', here: '/' },
      ],
      exec: [],
      running: [],
    })
    expect(system.asked).toHaveLength(1)
    expect(system.asked[0]).toMatchObject({ cwd: '/mnt/c/Windows' })
    expect(system.asked[0]?.timeoutMs).toBeLessThanOrEqual(5000)
    expect(JSON.stringify(system.asked[0]?.argv)).not.toMatch(/\\\\"|\$/)
  })

  it('is found under a moved root, with nothing on PATH', async () => {
    const options = machine({ programs: onlyNode(told), variables: { PATH: '/usr/bin' } })
    const files = Object.fromEntries(
      Object.entries(options.files ?? {}).map(([path, text]) => [path.replace('/mnt/c', '/c'), text.replace('/mnt/c', '/c')]),
    )
    const { self, windows } = await look({ ...options, files })
    expect(self.mountRoot).toBe('/')
    expect(windows.files[0]).toEqual({ native: 'C:\\', here: '/c/' })
    expect(windows.node).toBe('C:\\Program Files\\nodejs\\node.exe')
  })

  it('is known by cmd, and by the node on its Path that nothing else led to', async () => {
    const variables = { ...profile, Path: 'C:\\Windows;"C:\\tools\\node"', '=C:': 'C:\\Windows' }
    const { windows, system } = await look(
      machine(
        {
          files: { '/mnt/c/tools/node/node.exe': '' },
          variables: { PATH: '/usr/bin' },
          programs: ({ argv }) =>
            argv[0]?.endsWith('cmd.exe') ? set(variables) : argv[0] === '/mnt/c/tools/node/node.exe' ? told : undefined,
        },
        [`${nodejs}/node.exe`],
      ),
    )
    expect(windows).toMatchObject({ home: 'C:\\Users\\Zoé Ana', nodeVersion: '22.1.0' })
    expect(windows.trouble).toBeUndefined()
    expect(system.asked.map(({ argv }) => argv.slice(0, 5))).toEqual([
      ['/mnt/c/Windows/System32/cmd.exe', '/d', '/u', '/c', 'set'],
      ['/mnt/c/tools/node/node.exe', '-e', expect.any(String)],
    ])
    expect(system.asked.reduce((sum, { timeoutMs }) => sum + timeoutMs, 0)).toBeLessThan(10_000)
  })

  it.each([
    ['UTF-16', set(profile)],
    ['UTF-8', Buffer.from('USERNAME=Zoé Ana\r\nUSERPROFILE=C:\\Users\\Zoé Ana\r\nAPPDATA=C:\\Users\\Zoé Ana\\AppData\\Roaming\r\n')],
    [
      'the code page of its console',
      Buffer.from(
        'USERNAME=Zo\x82 Ana\r\nUSERPROFILE=C:\\Users\\Zo\x82 Ana\r\nAPPDATA=C:\\Users\\Zo\x82 Ana\\AppData\\Roaming\r\n',
        'latin1',
      ),
    ],
  ])('is known when cmd prints %s, and says that it has no node', async (_, printed) => {
    const { windows } = await look(
      machine({ programs: ({ argv }) => (argv[0]?.endsWith('cmd.exe') ? printed : undefined) }, [`${nodejs}/node.exe`]),
    )
    expect(windows).toMatchObject({ user: 'Zoé Ana', home: 'C:\\Users\\Zoé Ana', appData: 'C:\\Users\\Zoé Ana\\AppData\\Roaming' })
    expect(windows).toMatchObject({
      exec: [],
      trouble: { reason: 'no node was found on Windows', hint: 'winget install OpenJS.NodeJS.LTS' },
    })
  })

  it('says that its node is broken, and is reached all the same', async () => {
    const { windows } = await look(
      machine({ programs: ({ argv }) => (argv[0]?.endsWith('cmd.exe') ? set(profile) : { code: 1, stderr: 'node: cannot load\r\n' }) }),
    )
    expect(windows).toMatchObject({
      home: 'C:\\Users\\Zoé Ana',
      exec: [],
      trouble: { reason: expect.stringContaining('node: cannot load') },
    })
    expect(windows.node).toBeUndefined()
  })

  it.each([
    ['off', { trouble: 'ENOEXEC' }, 'could not be started (ENOEXEC)'],
    ['hanging', { timedOut: true }, 'did not answer within'],
    ['answering nonsense', 'hello', 'printed no answer'],
  ])('with interop %s is there, with the reason, and nothing of it can be written or run', async (_, reply: Reply, reason) => {
    const { windows } = await look(machine({ programs: () => reply }))
    expect(windows).toMatchObject({ id: 'windows', home: '%USERPROFILE%', trouble: { reason: expect.stringContaining(reason) } })
    expect(windows.exec).toBeUndefined()
  })

  it('with interop switched off names the setting', async () => {
    const { windows } = await look(
      machine({ files: { '/etc/wsl.conf': '[interop]\nenabled=false\n' }, programs: () => ({ trouble: 'ENOEXEC' }) }),
    )
    expect(windows.trouble?.hint).toMatch(/\[interop\].*wsl\.conf/)
  })

  it('without a mounted drive says so', async () => {
    const { windows, self } = await look(
      machine({ files: { '/proc/mounts': '', '/etc/wsl.conf': '[automount]\nenabled=false\n' } }, ['/mnt/c/Windows/System32/cmd.exe']),
    )
    expect(windows.trouble).toEqual({ reason: expect.stringContaining('no Windows drive'), hint: expect.stringContaining('[automount]') })
    expect(self.mountRoot).toBe('')
  })
})
