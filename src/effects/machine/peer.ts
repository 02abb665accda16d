import { TwinError } from '../../errors.ts'
import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** One end of a connection on this side, as the kernel's tables tell of it. */
export interface SocketOwner {
  readonly uid: number
  /** 0: no process has it any more. */
  readonly inode: number
}

const loopback = '0100007F'
/** 127.0.0.1, and the same as an IPv6 socket calls it, which stands in the table of IPv6 alone. */
const spelled = [loopback, `0000000000000000FFFF0000${loopback}`]

const port = (number: number): string => number.toString(16).toUpperCase().padStart(4, '0')

/**
 * Who owns the other end of a connection to a listener on 127.0.0.1: the row of /proc/net/tcp or tcp6 that has their port as its
 * own and ours as the remote one (proc_net_tcp(5)). Empty: in neither table.
 */
export function ownersOf(tables: readonly string[], theirs: number, ours: number): SocketOwner[] {
  const ends = spelled.map((address) => `${address}:${port(theirs)} ${address}:${port(ours)}`)
  return tables.flatMap((table) =>
    table.split('\n').flatMap((line) => {
      const [, local = '', remote = '', , , , , uid = '', , inode = ''] = line.trim().split(/\s+/)
      return ends.includes(`${local} ${remote}`) ? [{ uid: Number(uid), inode: Number(inode) }] : []
    }),
  )
}

/**
 * Whether who is at the other end may be read: this user, and root, who can do everything anyway. One that is already gone is root's
 * by the table. One that the tables do not know comes from another machine or system: from Windows, which only WSL has beside it.
 */
export function mayTalk(owners: readonly SocketOwner[], own: number, isWsl: boolean): boolean {
  if (owners.length === 0) return isWsl
  return owners.every(({ uid, inode }) => inode !== 0 && (uid === own || uid === 0))
}

/** Whether the other end of a connection to 127.0.0.1 may be read, as Linux tells; elsewhere it may. Throws where Linux does not tell. */
export async function isOwnPeer({ files, platform, uid }: System, isWsl: boolean, theirs: number, ours: number): Promise<boolean> {
  if (platform !== 'linux' || uid === undefined) return true
  const table = (name: string) => files.read(reachable(`/proc/self/net/${name}`))
  const [four, six] = await Promise.all([table('tcp'), table('tcp6')]).catch(() => [null, null])
  // Without the tables Windows could not be told from another user. A kernel without IPv6 has no second one.
  if (four === null)
    throw new TwinError('peers', 'Nobody is let in: whose connections these are cannot be read from /proc/self/net/tcp.', {
      hint: 'in the terminal: mcp-twin list',
    })
  const texts = [four, six].map((bytes) => Buffer.from(bytes ?? []).toString('latin1'))
  return mayTalk(ownersOf(texts, theirs, ours), uid, isWsl)
}
