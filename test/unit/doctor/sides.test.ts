import { describe, expect, it } from 'vitest'
import { native, reachable } from '../../../src/model/path.ts'
import { situation } from './situation.ts'

describe('wsl-version', () => {
  it('tells of WSL 1, and how to leave it', () => {
    expect(situation().environment('wsl:Ubuntu', { wslVersion: 1 }).find('wsl-version')).toMatchObject([
      { level: 'warning', environment: 'wsl:Ubuntu', fix: 'in PowerShell: wsl --set-version Ubuntu 2' },
    ])
  })

  it('tells a container, which sees no Windows', () => {
    const found = situation().alone().environment('wsl:Ubuntu', { kind: 'linux', id: 'linux', container: true }).find('wsl-version')
    expect(found).toMatchObject([{ level: 'info', message: expect.stringContaining('container') }])
  })
})

describe('interop', () => {
  const remedy = 'in PowerShell: wsl --shutdown, then open the distribution again'

  it('tells that programs of Windows cannot be started', () => {
    expect(situation().without('windows', 'exec').find('interop')).toMatchObject([{ level: 'error', environment: 'windows', fix: remedy }])
  })

  it('tells that it is switched off in the configuration, where it is', () => {
    expect(situation().without('windows', 'exec').with({ interopWished: false }).find('interop')).toMatchObject([
      { fix: 'set enabled=true under [interop] in /etc/wsl.conf, then in PowerShell: wsl --shutdown' },
    ])
  })

  it('tells it in the words of detection, where it found out why', () => {
    const trouble = {
      reason: 'programs of Windows cannot be started from here: cmd.exe ended with code 126',
      hint: 'in PowerShell: wsl --shutdown',
    }
    expect(situation().without('windows', 'exec').environment('windows', { trouble }).find('interop')).toMatchObject([
      { level: 'error', message: trouble.reason, fix: trouble.hint },
    ])
  })

  it('tells that they do not start although they should', () => {
    const found = situation()
      .side('windows', { pulse: { ok: false, why: 'did not answer within 5 s' } })
      .find('interop')
    expect(found).toMatchObject([{ level: 'error', message: expect.stringContaining('did not answer within 5 s'), fix: remedy }])
  })

  it('says in one line that there is no other side', () => {
    expect(situation().alone().find('interop')).toMatchObject([{ level: 'info', message: expect.stringContaining('no other side') }])
  })
})

describe('automount', () => {
  it('tells that no Windows drive is mounted', () => {
    expect(situation().environment('wsl:Ubuntu', { mountRoot: '' }).find('automount')).toMatchObject([
      { level: 'error', environment: 'wsl:Ubuntu', fix: expect.stringContaining('[automount]') },
    ])
  })

  it('does not mind another root', () => {
    expect(situation().environment('wsl:Ubuntu', { mountRoot: '/win/' }).find('automount')).toEqual([])
  })
})

describe('node-version', () => {
  it('tells of a node that is too old', () => {
    expect(
      situation().side('windows', { nodeVersion: '18.20.4' }).side('wsl:Ubuntu', { nodeVersion: '18.1.0' }).find('node-version'),
    ).toMatchObject([
      { level: 'error', environment: 'wsl:Ubuntu', subject: 'node 18.1.0' },
      { level: 'error', environment: 'windows', subject: 'node 18.20.4', fix: 'winget install OpenJS.NodeJS.LTS' },
    ])
  })

  it('tells of a package that wants a newer one', () => {
    const found = situation()
      .pin('tavily-mcp@0.2.22', { engines: '>=24' })
      .side('windows', { nodeVersion: '24.1.0' })
      .side('wsl:Ubuntu', { nodeVersion: '22.1.0' })
      .find('node-version')
    expect(found.filter(({ level }) => level === 'warning')).toMatchObject([
      { environment: 'wsl:Ubuntu', message: expect.stringContaining('tavily-mcp 0.2.22 wants node >=24') },
    ])
  })

  it('says how the sides differ, which may be as it should be', () => {
    expect(situation().side('windows', { nodeVersion: '24.1.0' }).find('node-version')).toMatchObject([
      { level: 'info', message: expect.stringContaining('22 on Ubuntu and 24 on Windows') },
    ])
  })
})

describe('node-path', () => {
  it('tells that there is no node', () => {
    expect(situation().without('windows', 'node').find('node-path')).toMatchObject([
      { level: 'error', environment: 'windows', message: 'no node was found on Windows', fix: 'winget install OpenJS.NodeJS.LTS' },
    ])
  })

  it("tells that a distribution's node is the one of Windows", () => {
    const found = situation()
      .environment('wsl:Ubuntu', { node: native('/mnt/c/Program Files/nodejs/node.exe') })
      .find('node-path')
    expect(found).toMatchObject([{ level: 'error', environment: 'wsl:Ubuntu', message: expect.stringContaining('the node of Windows') }])
  })

  it('tells that it is missing, and looks for another one by itself', () => {
    expect(situation().side('windows', { nodeThere: false }).find('node-path')).toMatchObject([
      { level: 'error', environment: 'windows', fix: 'mcp-twin sync --refresh', autofix: { kind: 'detect' } },
    ])
  })

  it('tells of a folder that fnm makes for one shell', () => {
    const node = native('/run/user/1000/fnm_multishells/123_456/bin/node')
    expect(situation().environment('wsl:Ubuntu', { node }).find('node-path')).toMatchObject([
      { level: 'error', message: expect.stringContaining('fnm') },
    ])
  })

  const contaminated = [
    { name: 'npm', path: '/mnt/c/Program Files/nodejs/npm' },
    { name: 'npx', path: '/mnt/c/Program Files/nodejs/npx' },
  ]

  it("warns of Windows' npm on PATH", () => {
    expect(situation().side('wsl:Ubuntu', { foreignPrograms: contaminated }).find('node-path')).toMatchObject([
      {
        level: 'warning',
        subject: 'PATH',
        fix: `echo 'export PATH=/usr/bin:"$PATH"' >> ~/.bashrc && . ~/.bashrc`,
        detail: contaminated.map(({ path }) => path),
      },
    ])
  })

  it('is stricter where an entry would start it', () => {
    const found = situation()
      .side('wsl:Ubuntu', { foreignPrograms: contaminated })
      .entries('claude-code', (servers) => ({ ...servers, web: { command: 'npx', args: ['-y', 'web-mcp'] } }))
      .find('node-path')
    expect(found).toMatchObject([{ level: 'error', message: expect.stringContaining('web would be started by them') }])
  })
})

describe('npm-prefix', () => {
  it('tells that there is no npm', () => {
    expect(situation().without('windows', 'npm').find('npm-prefix')).toMatchObject([
      { level: 'error', environment: 'windows', subject: 'npm' },
    ])
  })

  it('does not miss it where no server is a package', () => {
    expect(
      situation()
        .servers({ local: { command: '/opt/x' } })
        .without('windows', 'npm')
        .find('npm-prefix'),
    ).toEqual([])
  })

  it('tells that it is missing', () => {
    expect(situation().side('wsl:Ubuntu', { npmThere: false }).find('npm-prefix')).toMatchObject([
      { level: 'error', autofix: { kind: 'detect' } },
    ])
  })

  it('tells that this user may not write to our own folder', () => {
    const store = { kind: 'own', path: native('/home/ana/.mcp-twin/npm'), writable: false } as const
    expect(situation().side('wsl:Ubuntu', { store }).find('npm-prefix')).toMatchObject([
      { level: 'error', fix: expect.stringMatching(/^sudo chown -R .*\/home\/ana\/\.mcp-twin\/npm/) },
    ])
  })

  it.each([
    ['a prefix that belongs to root', 'wsl:Ubuntu', '/usr/local', false, 'error'],
    ['a prefix on a Windows drive', 'wsl:Ubuntu', '/mnt/c/npm', true, 'error'],
    ['a prefix in AppData', 'windows', 'C:\\Users\\Ana Ruiz\\AppData\\Roaming\\npm', null, 'warning'],
  ])('tells of %s', (_, id, path, writable, level) => {
    const store = { kind: 'npm', path: native(path), writable } as const
    expect(situation().side(id, { store }).find('npm-prefix')).toMatchObject([
      { level, environment: id, detail: [path], fix: expect.stringContaining('"prefix": "own"') },
    ])
  })
})

describe('time-skew', () => {
  it('tells how far a clock is off, and how to set it', () => {
    expect(
      situation()
        .side('windows', { pulse: { ok: true, nodeVersion: '22.1.0', skewMs: 95_000 } })
        .find('time-skew'),
    ).toMatchObject([{ level: 'warning', message: "the clock of Windows is 95 s ahead of this side's", fix: 'sudo hwclock -s' }])
    expect(
      situation()
        .side('windows', { pulse: { ok: true, nodeVersion: '22.1.0', skewMs: -3_600_000 } })
        .find('time-skew'),
    ).toMatchObject([{ message: expect.stringContaining('3600 s behind') }])
  })

  it('does not mind a few seconds', () => {
    expect(
      situation()
        .side('windows', { pulse: { ok: true, nodeVersion: '22.1.0', skewMs: 4000 } })
        .find('time-skew'),
    ).toEqual([])
  })
})

describe('locks', () => {
  it('tells of one whose holder is gone', () => {
    const abandoned = { of: 'run', guarded: reachable('/home/ana/.mcp-twin') } as const
    expect(
      situation()
        .with({ locks: [{ shown: '/home/ana/.mcp-twin/locks/run', holder: 'process 4711 on windows', abandoned }] })
        .find('locks'),
    ).toMatchObject([
      {
        level: 'warning',
        message: 'it was left behind by process 4711 on windows that is gone',
        fix: 'mcp-twin doctor --fix',
        autofix: { kind: 'lock', lock: abandoned },
      },
    ])
  })

  it('leaves one alone that is held', () => {
    const found = situation()
      .with({ locks: [{ shown: '/x', holder: 'process 1 on linux', abandoned: null }] })
      .find('locks')
    expect(found).toMatchObject([{ level: 'info' }])
    expect(found[0]?.autofix).toBeUndefined()
  })
})
