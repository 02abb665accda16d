import type { Lock, LockedPackage } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import { isPython, withoutPrefix } from '../packages/python.ts'
import { lockedTrouble } from '../packages/lock-rules.ts'
import type { Breach } from './rules.ts'
import { wordsOf } from './names.ts'

/**
 * What a lock pins for these words of the manifest; undefined: nothing. It is judged once more wherever it is used, so that
 * no way to a lock leads past its rules.
 */
export function lockedFor(lock: Lock, words: string): LockedPackage | { readonly refuse: string } | undefined {
  const locked = Object.hasOwn(lock.packages, words) ? lock.packages[words] : undefined
  const trouble = locked === undefined ? null : lockedTrouble(words, locked)
  return trouble === null ? locked : { refuse: `the lock is not valid: ${trouble.message}` }
}

/** The hint for a lock that breaks its rules. */
export const LOCK_HINT = 'restore it from version control, or move it away and have the versions pinned again: mcp-twin sync'

/** The lock with the packages that the manifest's servers name, and no others; the very same object where it holds no others. */
export function checkedLock(lock: Lock, manifest: Pick<Manifest, 'servers'>): Lock {
  const named = new Set(Object.values(manifest.servers).flatMap(wordsOf))
  const packages = Object.entries(lock.packages)
  const kept = packages.filter(([words]) => named.has(words))
  return kept.length === packages.length ? lock : { ...lock, packages: Object.fromEntries(kept) }
}

/** Every package of a lock that must not be used, with the path of what is wrong with it. */
export const lockBreaches = (lock: Lock): Breach[] =>
  Object.entries(lock.packages).flatMap(([words, locked]) => {
    const trouble = lockedTrouble(words, locked)
    if (trouble === null) return []
    return [
      {
        path: [
          ...(isPython(words) ? ['python', withoutPrefix(words)] : ['packages', words]),
          ...(trouble.key === undefined ? [] : [trouble.key]),
        ],
        message: trouble.message,
      },
    ]
  })
