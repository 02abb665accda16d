import { digestsOf, sameDigests, trustCommand } from '../../core/trust/digests.ts'
import type { Lock } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { grantTrust } from './trust-grant.ts'
import { realPlace } from '../store/trusted-place.ts'
import { otherHands, projectSeen, trustable } from './trust-review.ts'
import { readTrust, trustedAt, type TrustState, trustState } from '../store/trust.ts'

/** What a command of ours has made of a project's files. */
export interface Written {
  readonly manifest: Uint8Array
  readonly lock: Lock
  readonly lockBytes: Uint8Array | null
}

/**
 * Keeps trust in a project that a command typed by a person has edited: where the bytes that it began with were trusted, or
 * where it made the project's manifest, those that it wrote are trusted too. `before` has the manifest and lock of the edit, and
 * the bytes of before. `mayKeep` false: what was written is not a person's own, and is trusted only if it was before. Returns what
 * there is to say where the project is not trusted.
 */
export async function keepTrust(system: System, before: Situation, written: Written, mayKeep = true): Promise<readonly string[]> {
  const { home, world, place, bytes, lockBytes } = before
  const folder = place.project === null ? null : await realPlace(system, world, home.environment, place.project)
  if (folder === null || place.project === null) return []
  const seen = { place: folder, manifest: written.manifest, lock: written.lockBytes }
  const isMade = bytes === null && lockBytes === null
  const state = bytes === null ? 'unknown' : await trustState(system, home.here, { place: folder, manifest: bytes, lock: lockBytes })
  if (!mayKeep || (!isMade && state !== 'trusted')) {
    const now = await trustState(system, home.here, seen)
    return now === 'trusted' ? [] : [untrustedWords(place.project, now)]
  }
  const { view, keys } = await trustable(system, { ...before, lock: written.lock }, { place: folder })
  // Who makes a project's manifest has chosen its place.
  const others = isMade ? await otherHands(system, before) : {}
  const { unreached } = await grantTrust(system, before, seen, { keys, shown: view, ...others })
  return unreachedNotice(unreached)
}

/**
 * Trusts again what an undo has brought back, where the person had trusted it before and trusted what it took away. Returns what
 * there is to say where the project is not trusted now.
 */
export async function restoreTrust(system: System, before: Situation, after: Situation): Promise<readonly string[]> {
  const [taken, back] = [await projectSeen(system, before), await projectSeen(system, after)]
  if (back === null || after.place.project === null) return []
  const { home } = after
  const state = await trustState(system, home.here, back)
  if (state === 'trusted') return []
  const known = trustedAt(await readTrust(system, home.here), back.place)
  const wasTrusted = taken !== null && known !== undefined && sameDigests(known, digestsOf(taken))
  if (!wasTrusted || !known.past.some((each) => sameDigests(each, digestsOf(back)))) return [untrustedWords(after.place.project, state)]
  const { view, keys } = await trustable(system, after, back)
  const { unreached } = await grantTrust(system, after, back, { keys, shown: view })
  return unreachedNotice(unreached)
}

/** Why servers of a project do not start, as a notice. */
export const untrustedWords = (project: string, state: TrustState): string => {
  const why =
    state === 'changed'
      ? 'this project is not trusted as it is now, since its manifest or its lock has changed'
      : state === 'former'
        ? 'this project is not trusted any more, since an older version of mcp-twin trusted its manifest alone'
        : 'this project is not trusted'
  return `${why}, so its servers with keys will not start: ${trustCommand(project)}`
}

/** Sides that go by what they knew before. */
export const unreachedNotice = (sides: readonly string[]): readonly string[] =>
  sides.length === 0 ? [] : [`${sides.join(', ')} could not be told of it now: mcp-twin sync does so once it is there`]
