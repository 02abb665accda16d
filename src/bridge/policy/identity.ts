import { type BigIntStats, lstatSync } from 'node:fs'
import { sep } from 'node:path'
import { platform } from 'node:process'
import { codeOf } from '../base/refusal.ts'

/**
 * A file as its file system knows it, whatever it is called: device, inode and, on Linux, when it was made, since there the inode of
 * a deleted file is given to the next one (statx(2); 0 where a file system does not tell it). Elsewhere that time can be changed.
 */
export const identityOf = ({ dev, ino, birthtimeNs }: Pick<BigIntStats, 'dev' | 'ino' | 'birthtimeNs'>): string =>
  platform === 'linux' ? `${dev}:${ino}:${birthtimeNs}` : `${dev}:${ino}`

/**
 * What is at a path, a link itself; null where nothing is, or it cannot be told, and on Windows, where inodes of some file
 * systems are not unique. At once, so only for paths in folders that have just answered.
 */
export function identityAt(path: string): string | null {
  if (sep === '\\') return null
  try {
    const facts = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    return facts === undefined ? null : identityOf(facts)
  } catch (error) {
    if (codeOf(error) === '') throw error
    return null
  }
}
