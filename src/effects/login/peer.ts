import { reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0')
/** 127.0.0.1 as Linux writes it in its tables of connections. */
const tables = { '/proc/net/tcp': '0100007F', '/proc/net/tcp6': '0000000000000000FFFF00000100007F' }

/**
 * Whether a connection to a port of ours comes from another user of this computer, as Linux knows it. One that its sender has closed
 * already says nothing of its user any more, and counts as another's. What comes from Windows into WSL has no sender here, or root.
 */
export async function isOtherUser({ files, platform, uid }: System, from: number, to: number): Promise<boolean> {
  if (platform !== 'linux' || uid === undefined) return false
  for (const [table, loopback] of Object.entries(tables)) {
    const text = Buffer.from((await files.read(reachable(table))) ?? []).toString('latin1')
    for (const line of text.split('\n')) {
      const [, local, remote, , , , , owner, , inode] = line.trim().split(/\s+/)
      if (local !== `${loopback}:${hex(from)}` || remote !== `${loopback}:${hex(to)}`) continue
      return Number(owner) === 0 ? inode === '0' : Number(owner) !== uid
    }
  }
  return false
}
