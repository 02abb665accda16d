import { describe, expect, it } from 'vitest'
import { faultsOf, type Subject } from '../../../src/effects/machine/ownership-faults.ts'
import { ownFolderFaults } from '../../../src/effects/machine/vet-own-folder.ts'
import { manifestFaults } from '../../../src/effects/store/vet.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { native, reachable } from '../../../src/model/path.ts'
import type { FileFacts, System } from '../../../src/model/system.ts'
import { nodeSystem } from '../../../src/system/node.ts'

/** `kind mode uid:gid`; a link has `→ target` behind. */
type Tree = Record<string, string>

const passwd = [
  'root:x:0:0::/root:/bin/sh',
  'ana:x:1000:1000::/home/ana:/bin/sh',
  'bob:x:1001:100::/home/bob:/bin/sh',
  'eve:x:1002:100::/:/bin/sh',
]
const groups = ['root:x:0:', 'users:x:100:', 'ana:x:1000:', 'devs:x:2000:ana,bob', 'mine:x:2001:ana', 'wheel:x:2002:root,ana']

interface Options {
  readonly uid?: number
  /** Default: numbered like the user. */
  readonly gid?: number
  readonly mounts?: string
  readonly platform?: NodeJS.Platform
}

/** A machine on which `/`, `/home` and `/tmp` are as usual, and what else the tree says. */
function machine(tree: Tree, { uid = 1000, gid, mounts = '', platform = 'linux' }: Options = {}): System {
  const all: Tree = {
    '/': 'd 755 0:0',
    '/home': 'd 755 0:0',
    '/home/ana': 'd 755 1000:1000',
    '/tmp': 'd 1777 0:0',
    '/srv': 'd 755 0:0',
    ...tree,
  }
  const facts = (path: string): FileFacts | null => {
    const [kind, mode = '', owner = ''] = all[path]?.split(' ') ?? []
    if (kind === undefined) return null
    const [user = 0, group = 0] = owner.split(':').map(Number)
    const kinds = { d: 'directory', f: 'file', l: 'link', o: 'other' } as const
    const plain = { size: 0, links: 1, identity: path, modifiedMs: 0 }
    return { ...plain, kind: kinds[kind as 'd'], mode: Number.parseInt(mode, 8), uid: user, gid: group }
  }
  const texts: Record<string, string> = { '/etc/passwd': passwd.join('\n'), '/etc/group': groups.join('\n'), '/proc/self/mounts': mounts }
  const { files, ...rest } = nodeSystem()
  return {
    ...rest,
    ...{ uid, gid: gid ?? uid, platform, variables: {} },
    files: {
      ...files,
      look: async (path) => facts(path),
      readLink: async (path) => all[path]?.split('→ ')[1] ?? null,
      list: async (path) =>
        Object.keys(all).flatMap((each) => (each.startsWith(`${path}/`) ? [each.slice(path.length + 1).split('/')[0] ?? ''] : [])),
      read: async (path) => (texts[path] === undefined ? null : Buffer.from(texts[path])),
    },
  }
}

const file = '/srv/p/mcp-twin.json'
const folder = '/srv/p'
const root: Subject = { path: reachable(folder), kind: 'folder' }
const manifest: Subject = { path: reachable(file), kind: 'file' }
const said = async (system: System, ...subjects: Subject[]): Promise<string[]> =>
  (await faultsOf(system, subjects)).map(({ path, kind, id }) => `${path} ${kind}${kind === 'world' ? '' : ` ${id}`}`)

describe('a manifest', () => {
  const mine = 'd 755 1000:1000'
  it.each<[string, Tree, string[]]>([
    ['of this user in a folder of this user', { [folder]: mine, [file]: 'f 644 1000:1000' }, []],
    ['of root in a folder of root', { [folder]: 'd 755 0:0', [file]: 'f 644 0:0' }, []],
    ['that is not there', { [folder]: mine }, []],
    ['of another user', { [folder]: mine, [file]: 'f 644 1001:1001' }, [`${file} owner 1001`]],
    ['in a folder of another user', { [folder]: 'd 755 1001:1001', [file]: 'f 644 1000:1000' }, [`${folder} owner 1001`]],
    ['that all may write', { [folder]: mine, [file]: 'f 666 1000:1000' }, [`${file} world`]],
    ['in a folder that all may write', { [folder]: 'd 777 1000:1000', [file]: 'f 644 1000:1000' }, [`${folder} world`]],
    ['in a sticky folder that all may write', { [folder]: 'd 1777 0:0', [file]: 'f 644 1000:1000' }, []],
    ['of a group with others in it', { [folder]: mine, [file]: 'f 664 1000:2000' }, [`${file} group 2000`]],
    ['of root’s group', { [folder]: mine, [file]: 'f 664 1000:0' }, [`${file} group 0`]],
    ['of a group that nobody knows', { [folder]: mine, [file]: 'f 664 1000:3000' }, [`${file} group 3000`]],
    ['of the user’s own group', { [folder]: 'd 775 1000:1000', [file]: 'f 664 1000:1000' }, []],
    ['of a group with this user alone in it', { [folder]: mine, [file]: 'f 664 1000:2001' }, []],
    ['of a group with this user and root in it', { [folder]: mine, [file]: 'f 664 1000:2002' }, []],
    [
      'that all may write, below a folder for this user alone',
      { '/srv': 'd 700 1000:1000', [folder]: 'd 777 1000:1000', [file]: 'f 666 1000:1000' },
      [],
    ],
    ['the same below one of root’s', { '/srv': 'd 700 0:0', [folder]: 'd 777 1000:1000', [file]: 'f 666 1000:1000' }, []],
    ['the same below one of the writers’ own', { '/srv': 'd 701 1001:1001', [folder]: mine, [file]: 'f 666 1000:1000' }, [`${file} world`]],
    [
      'the same below one that a group of others enters',
      { '/srv': 'd 710 1000:2000', [folder]: mine, [file]: 'f 666 1000:1000' },
      [`${file} world`],
    ],
    ['the same below one that the own group enters', { '/srv': 'd 710 1000:1000', [folder]: mine, [file]: 'f 666 1000:1000' }, []],
    [
      'that is a link of another user’s',
      { [folder]: 'd 1777 0:0', [file]: 'l 777 1001:1001 → other', '/srv/p/other': 'f 644 1000:1000' },
      [`${file} owner 1001`],
    ],
    [
      'that is a link to what another user owns',
      { [folder]: mine, [file]: 'l 777 1000:1000 → /tmp/x', '/tmp/x': 'f 644 1001:1001' },
      ['/tmp/x owner 1001'],
    ],
    [
      'that is a link into a folder that all may write',
      { [folder]: mine, [file]: 'l 777 1000:1000 → /srv/w/x', '/srv/w': 'd 777 1000:1000', '/srv/w/x': 'f 644 1000:1000' },
      ['/srv/w world'],
    ],
    ['that is a device', { [folder]: mine, [file]: 'o 666 0:0' }, []],
  ])('%s', async (_, tree, expected) => {
    expect(await said(machine(tree), root, manifest)).toEqual(expected)
  })

  it('of a user whose first group others have too is not theirs alone', async () => {
    const tree = { [folder]: 'd 755 1001:100', [file]: 'f 664 1001:100' }
    expect(await said(machine(tree, { uid: 1001, gid: 100 }), root, manifest)).toEqual([`${file} group 100`])
  })

  it('of the group that everybody on macOS is in', async () => {
    const tree = { [folder]: 'd 755 501:20', [file]: 'f 664 501:20' }
    expect(await said(machine(tree, { uid: 501, gid: 20, platform: 'darwin' }), root, manifest)).toEqual([`${file} group 20`])
  })

  it('of a container’s user that no list knows, in root’s group', async () => {
    const tree = { [folder]: 'd 775 12345:0', [file]: 'f 664 12345:0' }
    expect(await said(machine(tree, { uid: 12345, gid: 0 }), root, manifest)).toEqual([])
  })
})

describe('for root', () => {
  const as = { uid: 0, gid: 0 }
  it.each<[string, Tree, string[]]>([
    ['a project that is mounted from its owner', { [folder]: 'd 755 1000:1000', [file]: 'f 644 1000:1000' }, []],
    ['the same with umask 002', { [folder]: 'd 775 1000:1000', [file]: 'f 664 1000:1000' }, []],
    ['one of an owner that no list knows', { [folder]: 'd 775 5000:5000', [file]: 'f 664 5000:5000' }, []],
    ['a third user’s manifest in it', { [folder]: 'd 755 1000:1000', [file]: 'f 644 1001:1001' }, [`${file} owner 1001`]],
    ['a user’s manifest where all folders are root’s', { [folder]: 'd 755 0:0', [file]: 'f 644 1000:1000' }, [`${file} owner 1000`]],
    ['root’s manifest in a user’s folder', { [folder]: 'd 755 1000:1000', [file]: 'f 644 0:0' }, []],
  ])('%s', async (_, tree, expected) => {
    expect(await said(machine(tree, as), root, manifest)).toEqual(expected)
  })
})

describe('a file system without owners of its own', () => {
  const tree = { [folder]: 'd 777 1001:1001', [file]: 'f 777 1001:1001' }
  it.each([
    ['a Windows drive in WSL 2', 'C:\\134 /srv 9p rw,aname=drvfs;path=C:\\;uid=1000;metadata;umask=22 0 0'],
    ['a Windows drive in WSL 1', 'C: /srv drvfs rw,noatime 0 0'],
    ['a share', '//server/x /srv cifs rw,uid=1000 0 0'],
    ['an USB stick', '/dev/sdb1 /srv vfat rw 0 0'],
    ['a folder of a virtual machine’s host', 'share /srv vboxsf rw 0 0'],
    ['what this user mounted for nobody else', 'host:/x /srv fuse.sshfs rw,user_id=1000,group_id=1000 0 0'],
  ])('%s is not judged', async (_, mounts) => {
    expect(await said(machine(tree, { mounts: `/dev/sda1 / ext4 rw 0 0\n${mounts}\n` }), root, manifest)).toEqual([])
  })

  it.each([
    ['that lies elsewhere', '//server/x /srv/other cifs rw 0 0'],
    ['on top of which another one is mounted', '//server/x /srv cifs rw 0 0\n/dev/sdb1 /srv/p ext4 rw 0 0'],
    ['that others are let into', 'host:/x /srv fuse.sshfs rw,user_id=1000,allow_other 0 0'],
    ['that somebody else mounted', 'host:/x /srv fuse.sshfs rw,user_id=1001 0 0'],
  ])('%s changes nothing', async (_, mounts) => {
    expect(await said(machine(tree, { mounts: `/dev/sda1 / ext4 rw 0 0\n${mounts}\n` }), manifest)).not.toEqual([])
  })
})

describe('a Windows side', () => {
  const side: Environment = { id: 'windows', kind: 'windows', self: true, user: 'Ana', home: native('/home/ana'), files: [], running: [] }
  const tree = { '/home/ana/.mcp-twin': 'd 777 1001:1001', [folder]: 'd 777 1001:1001', [file]: 'f 666 1001:1001' }

  it('has neither owners nor modes that mean anything', async () => {
    const files = { here: reachable(file), lockHere: reachable(file), root: reachable(folder) }
    expect(await manifestFaults(machine(tree), side, files)).toEqual([])
    expect(await ownFolderFaults(machine(tree), side)).toEqual([])
    // The same tree on a side that has.
    const linux = { ...side, kind: 'linux' as const }
    expect(await manifestFaults(machine(tree), linux, files)).not.toEqual([])
    expect(await ownFolderFaults(machine(tree), linux)).not.toEqual([])
  })
})
