import { lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { codeOf } from '../../base/refusal.ts'
import type { Look } from './search.ts'

/** A stamp of what is at each protected path, which changes when that changes. */
export type Signatures = ReadonlyMap<string, string>

const mostNames = 64
/** Examples that git brings along and does not run. */
const isSample = (name: string): boolean => name.endsWith('.sample')

/** Files by what only the kernel sets (ctime), folders by the files in them. */
export function signaturesOf({ found }: Look): Signatures {
  const signatures = new Map<string, string>()
  const sign = (path: string) => {
    const facts = lstatSync(path, { bigint: true })
    if (!facts.isDirectory()) signatures.set(path, `${facts.ino}.${facts.size}.${facts.ctimeNs}`)
    return facts.isDirectory()
  }
  for (const { path, sort } of found) {
    if (sort === 'pinned') continue
    try {
      if (sign(path))
        for (const name of readdirSync(path)
          .filter((each) => !isSample(each))
          .slice(0, mostNames))
          sign(join(path, name))
    } catch (error) {
      // It went away, or may not be looked at.
      if (codeOf(error) === '') throw error
    }
  }
  return signatures
}

/**
 * Paths that are new, or not what they were. `sinceMs`: where the search stopped early it may have come by others this
 * time, so only what was changed from then on counts.
 */
export const changedBetween = (before: Signatures, after: Signatures, sinceMs: number): string[] =>
  [...after].filter(([path, signature]) => before.get(path) !== signature && changedMs(signature) >= sinceMs).map(([path]) => path)

const changedMs = (signature: string): number => Number(signature.slice(signature.lastIndexOf('.') + 1)) / 1e6
