import { type BigIntStats, lstatSync } from 'node:fs'
import { sep } from 'node:path'
import { platform } from 'node:process'
import { codeOf } from '../base/refusal.ts'

/**
 * Identifies a file under any name: by device, inode and, on Linux, its time of birth, since a new file may get the inode of a
 * deleted one (statx(2); 0 if the file system has no such time). Elsewhere programs can change that time.
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
