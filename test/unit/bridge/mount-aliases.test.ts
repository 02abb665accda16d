import { describe, expect, it } from 'vitest'
import { mountAliases } from '../../../src/bridge/policy/mount-aliases.ts'

const table = (...mounts: [device: string, root: string, point: string][]): string =>
  mounts.map(([device, root, point], at) => `${at + 20} 1 ${device} ${root} ${point} rw,relatime shared:1 - ext4 /dev/x rw`).join('\n')

describe('the paths under which a closed path is mounted a second time', () => {
  const disk = ['8:1', '/', '/'] as [string, string, string]
  it.each<[string, [string, string, string][], string, string[]]>([
    ['itself', [disk, ['8:1', '/home/ana/.ssh', '/srv/x']], '/home/ana/.ssh', ['/srv/x']],
    ['something in it', [disk, ['8:1', '/home/ana/.ssh/keys/id', '/srv/file']], '/home/ana/.ssh', ['/srv/file']],
    ['a folder above it', [disk, ['8:1', '/home/ana', '/srv/ana']], '/home/ana/.ssh', ['/srv/ana/.ssh']],
    ['the whole file system', [disk, ['8:1', '/', '/mnt/all']], '/home/ana/.ssh', ['/mnt/all/home/ana/.ssh']],
    ['a disk of its own', [disk, ['8:2', '/', '/home'], ['8:2', '/ana', '/srv/a']], '/home/ana/.ssh', ['/srv/a/.ssh']],
    ['a name with a blank', [disk, ['8:1', '/home/ana/.ssh', '/srv/a\\040b']], '/home/ana/.ssh', ['/srv/a b']],
    ['nothing of it', [disk, ['8:1', '/home/ana/.sshx', '/srv/x'], ['8:3', '/home/ana/.ssh', '/srv/y']], '/home/ana/.ssh', []],
    ['only once', [disk], '/home/ana/.ssh', []],
    [
      'it lies on the later of two mounts',
      [disk, ['8:2', '/', '/home'], ['8:3', '/x', '/home'], ['8:3', '/x', '/srv']],
      '/home/a',
      ['/srv/a'],
    ],
  ])('%s', (_, mounts, path, aliases) => {
    expect(mountAliases(table(...mounts), [path]).sort()).toEqual(aliases)
  })
  it('are none where there is no table', () => {
    expect(mountAliases('', ['/home/ana/.ssh'])).toEqual([])
  })
})
