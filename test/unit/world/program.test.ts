import { describe, expect, it } from 'vitest'
import { programOn } from '../../../src/effects/machine/program.ts'
import { runningPrograms } from '../../../src/effects/machine/running.ts'
import { native } from '../../../src/model/path.ts'
import { linux, windows, worldOf, wsl } from '../paths/sides.ts'
import { fake, utf16 } from './fake.ts'

const drive = { native: 'C:\\', here: '/mnt/c/' }
const enter = ['C:\\Windows\\System32\\wsl.exe', '-d', 'Ubuntu', '-u', 'ana', '--exec']
const timeoutMs = 1000
const key = { MCP_TWIN_SECRET_A: 'hush' }

describe('a program of the own side', () => {
  it('is started as it is, with its variables', () => {
    const self = linux({ self: true })
    expect(programOn(worldOf(self), self, ['/usr/bin/node', 'x'], { timeoutMs, env: key, onlyEnv: true, cwd: native('/tmp') })).toEqual({
      argv: ['/usr/bin/node', 'x'],
      timeoutMs,
      env: key,
      onlyEnv: true,
      cwd: '/tmp',
    })
  })

  it('of a planted Windows is found where its files lie, or started by its own words', () => {
    const files = [{ native: 'C:\\', here: '/w/c' }]
    const bare = windows({ self: true, files })
    expect(programOn(worldOf(bare), bare, ['C:\\n\\node.exe', 'C:\\x.js'], { timeoutMs })?.argv).toEqual(['/w/c/n/node.exe', 'C:\\x.js'])
    const wrapped = windows({ self: true, files, exec: ['/w/run'] })
    expect(programOn(worldOf(wrapped), wrapped, ['C:\\n\\node.exe'], { timeoutMs })?.argv).toEqual(['/w/run', 'C:\\n\\node.exe'])
  })

  it('may be a name for PATH to find', () => {
    const self = windows({ self: true })
    expect(programOn(worldOf(self), self, ['node', 'x'], { timeoutMs })?.argv).toEqual(['node', 'x'])
  })
})

describe('a program of Windows from WSL', () => {
  const self = wsl('Ubuntu', { self: true })
  const other = windows({ files: [drive], exec: [] })

  it('is started by its path as seen from here, in a folder of a drive', () => {
    expect(programOn(worldOf(self, other), other, ['C:\\Program Files\\nodejs\\node.exe', 'C:\\x.js'], { timeoutMs })).toEqual({
      argv: ['/mnt/c/Program Files/nodejs/node.exe', 'C:\\x.js'],
      timeoutMs,
      cwd: '/mnt/c/',
      env: { WSLENV: undefined },
    })
  })

  it('gets its variables by name, beside those that crossed before, and never by argv', () => {
    const world = { ...worldOf(self, other), wslenv: 'PROXY/w:MCP_TWIN_SECRET_A/u:' }
    const program = programOn(world, other, ['C:\\n.exe'], { timeoutMs, env: { ...key, GONE: undefined }, cwd: native('C:\\Users') })
    expect(program?.env).toEqual({ ...key, GONE: undefined, WSLENV: 'PROXY/w:MCP_TWIN_SECRET_A/w' })
    expect(program?.cwd).toBe('/mnt/c/Users')
    expect(program?.argv.join()).not.toContain('hush')
  })

  it('starts another one here with the variables of its WSLENV, over both borders', () => {
    const [self, other] = [wsl('Ubuntu', { self: true }), windows({ files: [drive], exec: [] })]
    const listed = (WSLENV: string) =>
      programOn(worldOf(self, other), other, ['C:\\Windows\\System32\\wsl.exe'], { timeoutMs, env: { KEY: 'hush', WSLENV } })?.env
    expect(listed('KEY/u')).toEqual({ KEY: 'hush', WSLENV: 'KEY' })
    expect(listed('OTHER/u:KEY')).toEqual({ KEY: 'hush', WSLENV: 'OTHER/u:KEY' })
    expect(listed('KEY/w')).toEqual({ KEY: 'hush', WSLENV: 'KEY/w' })
  })

  it('gets nothing else when only these are wanted, while interop keeps what it needs itself', () => {
    const program = programOn({ ...worldOf(self, other), wslenv: 'PROXY/w' }, other, ['C:\\n.exe'], { timeoutMs, env: key, onlyEnv: true })
    expect(program?.env).toEqual({ ...key, WSLENV: 'MCP_TWIN_SECRET_A/w' })
    expect(program?.onlyEnv).toBeUndefined()
  })

  it('cannot be run when that side is not reached, or the program or folder is on no drive of ours', () => {
    expect(programOn(worldOf(self), windows({ files: [drive] }), ['C:\\n.exe'], { timeoutMs })).toBeNull()
    expect(programOn(worldOf(self), other, ['E:\\n.exe'], { timeoutMs })).toBeNull()
    expect(programOn(worldOf(self), other, ['C:\\n.exe'], { timeoutMs, cwd: native('E:\\') })).toBeNull()
  })

  it('of a planted world is started by its wrapper', () => {
    const planted = windows({ files: [{ native: 'C:\\', here: '/w/c/' }], exec: ['/w/interop'] })
    expect(programOn(worldOf(self, planted), planted, ['C:\\n.exe', 'a'], { timeoutMs })).toMatchObject({
      argv: ['/w/interop', 'C:\\n.exe', 'a'],
      cwd: '/w/c/',
    })
  })
})

describe('a program of WSL', () => {
  const other = wsl('Ubuntu', { exec: enter, files: [{ native: '/', here: '\\\\wsl.localhost\\Ubuntu\\' }] })

  it('from Windows is entered as its user', () => {
    const self = windows({ self: true })
    expect(programOn(worldOf(self, other), other, ['/usr/bin/node', '/x.js'], { timeoutMs, env: key, cwd: native('/home/ana') })).toEqual({
      argv: [...enter, '/usr/bin/node', '/x.js'],
      timeoutMs,
      cwd: '\\\\wsl.localhost\\Ubuntu\\home\\ana',
      env: { ...key, WSLENV: 'MCP_TWIN_SECRET_A/u' },
    })
  })

  it('from another distribution takes its variables over two borders', () => {
    const self = wsl('Debian', { self: true })
    expect(programOn(worldOf(self, other), other, ['/x'], { timeoutMs, env: { ...key, WSLENV: 'B/p' } })?.env?.WSLENV).toBe(
      'B/p:MCP_TWIN_SECRET_A',
    )
  })
})

describe('what is running', () => {
  const self = wsl('Ubuntu', { self: true })

  it('on Windows is asked of tasklist', async () => {
    const other = windows({ files: [drive], exec: [], systemRoot: native('C:\\WINDOWS') })
    const list =
      '"System Idle Process","0","Services","0","8 K"\r\n"claude.exe","41","Console","1","19,276 K"\r\n"claude.exe","42","Console","1","1 K"\r\n'
    const system = fake({ programs: ({ argv }) => (argv[0] === '/mnt/c/WINDOWS/System32/tasklist.exe' ? list : undefined) })
    expect(await runningPrograms(system, worldOf(self, other), other)).toEqual(['System Idle Process', 'claude.exe'])
  })

  describe('of the two programs called claude.exe', () => {
    const list =
      '"claude.exe","11","Console","1","19,276 K"\r\n"Claude.exe","12","Console","1","1 K"\r\n"node.exe","13","Console","1","1 K"\r\n'
    const seen = async (...lines: string[]) => {
      let asked = 0
      const system = fake({
        programs: ({ argv }) => {
          if (argv[0]?.endsWith('tasklist.exe')) return list
          if (!argv[0]?.endsWith('powershell.exe')) return undefined
          asked += 1
          return lines.length === 0 ? undefined : lines.join('\r\n')
        },
      })
      const other = windows({ files: [drive], exec: [] })
      const looks = [await runningPrograms(system, worldOf(self, other), other), await runningPrograms(system, worldOf(self, other), other)]
      expect(looks[1]).toEqual(looks[0])
      return { names: looks[0], asked }
    }
    const code = 'C:\\Users\\Ana Ruiz\\.local\\bin\\claude.exe'

    it.each([
      ['the installer', code],
      ['Claude Desktop', 'C:\\Users\\Zo\u00e9\\AppData\\Roaming\\Claude\\claude-code\\2.1.142\\claude.exe'],
      ['an editor', 'C:\\Users\\a\\.vscode\\extensions\\anthropic.claude-code-2.1.0-win32-x64\\resources\\native-binary\\claude.exe'],
      ['npm', 'C:\\Users\\a\\AppData\\Roaming\\npm\\node_modules\\@anthropic-ai\\claude-code\\claude.exe'],
    ])('Claude Code as %s brings it is not Claude Desktop, and is asked about once', async (_, path) => {
      expect(await seen(`11 ${path}`, `12 ${code}`)).toEqual({ names: ['node.exe'], asked: 1 })
    })

    it.each([
      ['as a package', `12 C:\\Program Files\\WindowsApps\\Claude_1.9659.2.0_x64__pzs8sxrjxfjjc\\app\\Claude.exe`],
      ['by its old installer', '12 C:\\Users\\a\\AppData\\Local\\AnthropicClaude\\app-1.2.3\\claude.exe'],
      ['where the path is hidden', '12 '],
    ])('Claude Desktop %s runs beside it', async (_, line) => {
      expect((await seen(`11 ${code}`, line)).names).toEqual(['claude.exe', 'Claude.exe', 'node.exe'])
    })

    it('it is Claude Desktop where nobody tells', async () => {
      expect((await seen()).names).toContain('claude.exe')
    })
  })

  it.each([
    ['hangs', { timedOut: true }],
    ['fails', { code: 1, stderr: utf16('no') }],
  ])('is not known when tasklist %s', async (_, reply) => {
    const other = windows({ files: [drive], exec: [] })
    expect(await runningPrograms(fake({ programs: () => reply }), worldOf(self, other), other)).toBeNull()
    expect(await runningPrograms(fake(), worldOf(self), windows())).toBeNull()
  })

  it('on the own Linux is read without starting anything', async () => {
    const system = fake({
      files: {
        '/proc/1/cmdline': '/sbin/init\0',
        '/proc/2/cmdline': '',
        '/proc/7/cmdline': '/opt/Claude/claude-desktop\0--x\0',
        '/proc/self/cmdline': 'no\0',
      },
    })
    expect(await runningPrograms(system, worldOf(self), self)).toEqual(['init', 'claude-desktop'])
    expect(system.asked).toEqual([])
  })

  it('on the own Linux leaves out who ends meanwhile, and no other trouble', async () => {
    const failing = (code: string) => {
      const system = fake({ files: { '/proc/1/cmdline': '/sbin/init\0', '/proc/2/cmdline': 'gone\0' } })
      const read = system.files.read
      const gone = Object.assign(new Error(code), { code })
      return {
        ...system,
        files: { ...system.files, read: (path: Parameters<typeof read>[0]) => (path.includes('/2/') ? Promise.reject(gone) : read(path)) },
      }
    }
    expect(await runningPrograms(failing('ESRCH'), worldOf(self), self)).toEqual(['init'])
    await expect(runningPrograms(failing('EIO'), worldOf(self), self)).rejects.toThrow('EIO')
  })

  it('in a planted world is what was planted', async () => {
    const system = fake({ variables: { MCP_TWIN_WORLD: '/w.json' } })
    expect(await runningPrograms(system, worldOf(self), windows({ running: ['claude.exe'], exec: [] }))).toEqual(['claude.exe'])
    expect(await runningPrograms(system, worldOf(self), windows({ exec: [] }))).toEqual([])
    expect(system.asked).toEqual([])
  })
})
