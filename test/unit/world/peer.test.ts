import { describe, expect, it } from 'vitest'
import type { System } from '../../../src/model/system.ts'
import { isOwnPeer, mayTalk, ownersOf } from '../../../src/effects/machine/peer.ts'

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode'
const row = (local: string, remote: string, uid: number, inode: number): string =>
  `   1: ${local} ${remote} 01 00000000:00000000 00:00000000 00000000 ${String(uid).padStart(5)}        0 ${inode} 1 0000 20 4 30 10 -1`
const mapped = '0000000000000000FFFF00000100007F'
// 127.0.0.1:40000 talks to our 127.0.0.1:4321; each end has a row.
const [theirs, ours] = [40_000, 4321]
const table = (uid: number, inode = 77) =>
  [head, row('0100007F:10E1', '0100007F:9C40', 1000, 5), row('0100007F:9C40', '0100007F:10E1', uid, inode)].join('\n')

describe('the owner of the other end', () => {
  it('is read from its own row, not from ours', () => {
    expect(ownersOf([table(1001), head], theirs, ours)).toEqual([{ uid: 1001, inode: 77 }])
  })
  it('is found in the table of IPv6, where it came by a mapped address', () => {
    const six = [head, row(`${mapped}:9C40`, `${mapped}:10E1`, 1001, 78)].join('\n')
    expect(ownersOf([head, six], theirs, ours)).toEqual([{ uid: 1001, inode: 78 }])
  })
  it('is nobody in tables of other connections', () => {
    expect(ownersOf([table(1001), head], theirs, 4322)).toEqual([])
    expect(ownersOf([table(1001), head], 40_001, ours)).toEqual([])
    expect(ownersOf(['', 'garbage\n\n'], theirs, ours)).toEqual([])
  })
})

describe('who is at the other end', () => {
  it.each<[string, boolean, Parameters<typeof mayTalk>]>([
    ['this user is read', true, [[{ uid: 1000, inode: 77 }], 1000, false]],
    ['root is read', true, [[{ uid: 0, inode: 77 }], 1000, false]],
    ['another user is cut off', false, [[{ uid: 1001, inode: 77 }], 1000, false]],
    ['another user is cut off in WSL, too', false, [[{ uid: 1001, inode: 77 }], 1000, true]],
    ['one that is gone, and so root by the table, is cut off', false, [[{ uid: 0, inode: 0 }], 1000, false]],
    [
      'one of two that another user has is cut off',
      false,
      [
        [
          { uid: 1000, inode: 1 },
          { uid: 1001, inode: 2 },
        ],
        1000,
        false,
      ],
    ],
    ['Windows, which no table knows, is read in WSL', true, [[], 1000, true]],
    ['what no table knows is cut off elsewhere', false, [[], 1000, false]],
    ['an unreadable owner is cut off', false, [[{ uid: Number.NaN, inode: 1 }], 1000, false]],
  ])('%s', (_, expected, given) => expect(mayTalk(...given)).toBe(expected))

  it('that is gone is cut off even where this user is root', () => {
    expect(mayTalk([{ uid: 0, inode: 0 }], 0, false)).toBe(false)
    expect(mayTalk([{ uid: 0, inode: 9 }], 0, false)).toBe(true)
  })
})

describe('where the tables cannot be read', () => {
  /** A Linux whose tables are these files. */
  const linux = (read: (path: string) => Promise<Uint8Array | null>) =>
    ({ files: { read }, platform: 'linux', uid: 1000 }) as unknown as System

  it.each([
    ['absent', async () => null],
    ['closed', async () => Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))],
  ])('nobody is let in, not even where Windows would be: %s', async (_, read) => {
    await expect(isOwnPeer(linux(read), true, theirs, ours)).rejects.toThrow('/proc/self/net/tcp')
  })

  it('a kernel without IPv6 still tells its own', async () => {
    const read = async (path: string) => (path.endsWith('tcp') ? Buffer.from(table(1000)) : null)
    expect(await isOwnPeer(linux(read), false, theirs, ours)).toBe(true)
  })
})
