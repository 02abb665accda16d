import { type BigIntStats, lstatSync } from 'node:fs'
import { sep } from 'node:path'
import { codeOf } from '../base/refusal.ts'

/** A file as its file system knows it, whatever it is called: device and inode, as one word. */
export const identityOf = ({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string => `${dev}:${ino}`

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
