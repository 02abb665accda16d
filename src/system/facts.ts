import type { BigIntStats } from 'node:fs'
import type { FileFacts } from '../model/system.ts'

export const identityOf = (stats: BigIntStats): string => `${stats.dev}:${stats.ino}:${stats.mtimeNs}`

const milliseconds = (ns: bigint): number => Number(ns) / 1e6

/** What Node says of a path, in the words of the port. */
export function factsOf(stats: BigIntStats): FileFacts {
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : stats.isSymbolicLink() ? 'link' : 'other'
  return {
    kind,
    size: Number(stats.size),
    mode: Number(stats.mode & 0o7777n),
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    links: Number(stats.nlink),
    identity: identityOf(stats),
    inode: `${stats.dev}:${stats.ino}`,
    // Node answers 0 where there is no such time.
    ...(stats.birthtimeNs === 0n ? {} : { born: String(stats.birthtimeNs) }),
    modifiedMs: milliseconds(stats.mtimeNs),
    changedMs: milliseconds(stats.ctimeNs),
  }
}
