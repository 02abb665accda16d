import { describe, expect, it } from 'vitest'
import { drivesOfMounts, findDrives, parseWslConf } from '../../../src/effects/machine/drives.ts'
import { fake } from './fake.ts'

const mounts = (root: string): string =>
  [
    'none /mnt/wsl tmpfs rw,relatime 0 0',
    `C:\\134 ${root}c 9p rw,noatime,aname=drvfs;path=C:\\;uid=1000,mmap,trans=fd 0 0`,
    `D:\\134 ${root}d 9p rw,noatime,aname=drvfs;path=D:\\;uid=1000 0 0`,
    'drivers /usr/lib/wsl/drivers 9p ro,aname=drivers;fmask=222 0 0',
    'E: /data\\040of\\040mine drvfs rw 0 0',
    'drvfsF3 /mnt/f virtiofs rw 0 0',
    'shared /mnt/g virtiofs rw 0 0',
  ].join('\n')

describe('wsl.conf', () => {
  it.each([
    ['', { root: '/mnt/', automount: true, interop: true }],
    ['[automount]\nroot = /win\n', { root: '/win/', automount: true, interop: true }],
    ['# x\n[Automount]\nenabled=false # why\n[interop]\r\nenabled = False\r\n', { root: '/mnt/', automount: false, interop: false }],
    ['[automount]\nroot="/"\n[network]\nroot=/no\n', { root: '/', automount: true, interop: true }],
  ])('%j', (text, expected) => {
    expect(parseWslConf(text)).toEqual(expected)
  })
})

describe('the mounts of a distribution', () => {
  it('show its drives, and only those', () => {
    expect(drivesOfMounts(mounts('/mnt/'))).toEqual([
      { letter: 'C', here: '/mnt/c/' },
      { letter: 'D', here: '/mnt/d/' },
      { letter: 'E', here: '/data of mine/' },
      { letter: 'F', here: '/mnt/f/' },
    ])
  })
})

describe('Windows drives', () => {
  it('are where they are mounted, whatever wsl.conf wishes for the next start', async () => {
    const system = fake({
      files: { '/proc/mounts': mounts('/win/'), '/etc/wsl.conf': '[automount]\nroot=/other', '/win/c/Windows/System32/cmd.exe': '' },
    })
    expect(await findDrives(system)).toEqual({
      mountRoot: '/win/',
      drives: [
        { letter: 'C', here: '/win/c/' },
        { letter: 'D', here: '/win/d/' },
      ],
      system: { letter: 'C', here: '/win/c/' },
    })
  })

  it('may be mounted at the very root', async () => {
    const found = await findDrives(fake({ files: { '/proc/mounts': mounts('/'), '/c/Windows/System32/cmd.exe': '' } }))
    expect(found.mountRoot).toBe('/')
  })

  it('may hold Windows on another letter', async () => {
    const found = await findDrives(fake({ files: { '/proc/mounts': mounts('/mnt/'), '/mnt/d/Windows/System32/cmd.exe': '' } }))
    expect(found.system).toEqual({ letter: 'D', here: '/mnt/d/' })
  })

  it('are found by their Windows folder where the mounts do not tell', async () => {
    const found = await findDrives(
      fake({ files: { '/etc/wsl.conf': '[automount]\nroot=/w', '/w/c/Windows/System32/cmd.exe': '', '/w/x/y': '' } }),
    )
    expect(found).toEqual({ mountRoot: '/w/', drives: [{ letter: 'C', here: '/w/c/' }], system: { letter: 'C', here: '/w/c/' } })
  })

  it('may not be mounted at all', async () => {
    expect(await findDrives(fake())).toEqual({ mountRoot: '', drives: [], system: null })
  })
})
