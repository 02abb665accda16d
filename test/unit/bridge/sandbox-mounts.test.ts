import { describe, expect, it } from 'vitest'
import { MountTable, type SandboxStep, layoutTrouble } from '../../../src/bridge/terminal/sandbox/steps.ts'

const table = new MountTable(
  [
    '22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw',
    '23 22 0:22 / /proc rw - proc proc rw',
    '30 22 254:16 / /home rw,relatime - ext4 /dev/vdb rw',
    '31 30 254:16 /ana/.ssh /home/ana/work/keys rw - ext4 /dev/vdb rw',
    '32 30 254:16 /ana /home/ana/work/all rw - ext4 /dev/vdb rw',
    '33 30 254:16 /ana/.ssh/sub /srv/sub rw - ext4 /dev/vdb rw',
    '34 22 0:40 / /mnt/two\\040words\\011\\134x rw - tmpfs tmpfs rw',
    '35 22 0:41 / /mnt/caf\\303\\251 rw - tmpfs none rw',
    '',
  ].join('\n'),
)

describe('the table of mounts', () => {
  it('reads points with blanks and letters of other languages', () => {
    expect(table.mounts.slice(-2).map(({ point, type }) => [point, type])).toEqual([
      ['/mnt/two words\t\\x', 'tmpfs'],
      ['/mnt/café', 'tmpfs'],
    ])
  })
  it('tells where a path lies', () => {
    expect(table.originOf('/etc/x')).toEqual({ device: '254:0', root: '/etc/x' })
    expect(table.originOf('/home/ana/x')).toEqual({ device: '254:16', root: '/ana/x' })
    expect(table.originOf('/home')).toEqual({ device: '254:16', root: '/' })
    expect(table.originOf('/homes')).toEqual({ device: '254:0', root: '/homes' })
    expect(table.originOf('/home/ana/work/keys/id')).toEqual({ device: '254:16', root: '/ana/.ssh/id' })
  })
})

describe('a sandbox that was laid out', () => {
  const here = new MountTable(
    [
      '22 1 254:0 / / rw - ext4 /dev/vda rw',
      '31 22 254:16 / /w/disk rw - ext4 /dev/vdb rw',
      '32 22 254:0 /home/ana/.ssh /w/host rw - ext4 /dev/vda rw',
    ].join('\n'),
  )
  const steps: SandboxStep[] = [
    { at: '/w', make: 'bind', write: true },
    { at: '/w/p', make: 'bind', write: true },
    { at: '/w/p/.git', make: 'bind', write: false },
    { at: '/w/p/.mcp.json', make: 'cover', source: '/own/closed/12-34' },
    { at: '/w/secret', make: 'folder' },
    { at: '/w/secret', make: 'seal' },
  ]
  const good = [
    '50 49 0:50 / / rw - tmpfs tmpfs rw',
    '51 50 254:0 /w /w rw - ext4 /dev/vda rw',
    '52 51 254:16 / /w/disk rw - ext4 /dev/vdb rw',
    '53 51 254:0 /home/ana/.ssh /w/host rw - ext4 /dev/vda rw',
    '54 51 254:0 /w/p /w/p rw - ext4 /dev/vda rw',
    '55 54 254:0 /w/p/.git /w/p/.git ro - ext4 /dev/vda rw',
    '56 54 254:0 /own/closed/12-34 /w/p/.mcp.json ro - ext4 /dev/vda rw',
    '57 51 0:51 / /w/secret ro - tmpfs tmpfs rw',
  ]
  const trouble = (change: (lines: string[]) => string[]) =>
    layoutTrouble(steps, ['/w'], here, new MountTable(change([...good]).join('\n')))

  it('is good when everything is what it was', () => {
    expect(trouble((lines) => lines)).toBe(null)
  })
  it.each<[string, (lines: string[]) => string[], string]>([
    ['a folder shows another one', (lines) => lines.map((line) => line.replace('/w/p /w/p ', '/home/ana/.ssh /w/p ')), '/w/p'],
    ['a folder shows one of another disk', (lines) => lines.map((line) => line.replace('254:0 /w/p /w/p ', '254:16 /w/p /w/p ')), '/w/p'],
    ['something is missing', (lines) => lines.filter((line) => !line.includes('.git')), '/w/p/.git'],
    ['a file shows itself', (lines) => lines.map((line) => line.replace('/own/closed/12-34', '/w/p/.mcp.json')), '/w/p/.mcp.json'],
    ['something lies on top', (lines) => [...lines, '58 54 254:0 /home/ana /w/p/.git rw - ext4 /dev/vda rw'], '/w/p/.git'],
    ['something lies where nothing was to be', (lines) => [...lines, '58 54 254:0 /home/ana /w/x rw - ext4 /dev/vda rw'], '/w/x'],
    ['it was removed meanwhile', (lines) => lines.map((line) => line.replace('/w/p /w/p ', '/w/p//deleted /w/p ')), '/w/p'],
  ])('is not when %s', (_what, change, at) => {
    expect(trouble(change)).toBe(at)
  })
})
