import { digestsOf, sameDigests, trustCommand } from '../../core/trust/digests.ts'
import type { Lock } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { grantTrust } from './trust-grant.ts'
import { realPlace } from '../store/trusted-place.ts'
import { otherHands, projectSeen, trustable } from './trust-review.ts'
import { readTrust, trustedAt, type TrustState, trustState } from '../store/trust.ts'

/** A project's files as a command has written them. */
export interface WrittenProject {
  readonly manifest: Uint8Array
  readonly lock: Lock
  readonly lockBytes: Uint8Array | null
}

/**
 * Trusts a project's files as a person's command has written them, if they were trusted before the edit or the command
 * created the manifest. `before` has the manifest and lock of the edit, and the bytes before it. `mayKeep` false: the edit is
 * not a person's own, so the files are only trusted if they already were. Returns notices if the project is not trusted.
 */
export async function keepTrust(system: System, before: Situation, written: WrittenProject, mayKeep = true): Promise<readonly string[]> {
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
  // Whoever creates a project's manifest has chosen its place.
  const others = isMade ? await otherHands(system, before) : {}
  const { unreached } = await grantTrust(system, before, seen, { keys, shown: view, ...others })
  return unreachedNotice(unreached)
}

/**
 * Trusts the files that an undo has restored, if they had been trusted before and the undone ones were trusted too. Returns
 * notices if the project is not trusted now.
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

/** Returns a notice about why servers of a project do not start. */
export const untrustedWords = (project: string, state: TrustState): string => {
  const why =
    state === 'changed'
      ? 'this project is not trusted: its manifest or its lock has changed'
      : state === 'former'
        ? 'this project is not trusted: an older version of mcp-twin trusted it without checking its lock'
        : 'this project is not trusted'
  return `${why}, so its servers with keys will not start: ${trustCommand(project)}`
}

/** Returns a notice about sides that still have the former state. */
export const unreachedNotice = (sides: readonly string[]): readonly string[] =>
  sides.length === 0 ? [] : [`${sides.join(', ')} could not be reached; once it can: mcp-twin sync`]
