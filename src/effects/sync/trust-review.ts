import { layout } from '../../core/layout.ts'
import { keysOfAll } from '../../core/manifest/names.ts'
import { projectPart } from '../../core/launch/project-manifest.ts'
import { type TrustChange, trustChanges, type TrustView, trustView } from '../../core/trust/view.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { System } from '../../model/system.ts'
import { openRun } from '../store/backup.ts'
import { withRunLock } from '../store/lock.ts'
import { reach, type Situation } from '../manifest/open.ts'
import { lockBytes } from '../manifest/records.ts'
import { writeOwn } from './own-files.ts'
import { type Pinned, pin, type PinOptions } from './pin.ts'
import { isUnchanged } from './plan-run.ts'
import { projectFilesOf } from '../store/trusted-files.ts'
import { realPlace } from '../store/trusted-place.ts'
import { type ProjectSeen, readTrust, type TrustAbout, trustedAt, type TrustState, trustState } from '../store/trust.ts'
import { markOf } from '../store/accepted-owners.ts'
import { readAccounts } from '../machine/ownership-accounts.ts'
import { describeFaults } from '../machine/ownership-faults.ts'
import { manifestFaults } from '../store/vet.ts'

/** A project under review: exactly these bytes are trusted then. */
export interface TrustReview {
  readonly seen: ProjectSeen
  readonly manifest: Manifest
  readonly keys: readonly string[]
  readonly view: TrustView
  readonly state: TrustState
  /** Other users who can change its files; usually none. */
  readonly others: OtherHands
  /** What has changed since it was last trusted, and when that was; null: never trusted. */
  readonly since: { readonly at: string; readonly changes: readonly TrustChange[] } | null
}

/** Other users who can change a project's files: as text, and as recorded. */
export interface OtherHands extends Required<Pick<TrustAbout, 'inSpiteOf'>>, Pick<TrustAbout, 'owner'> {
  readonly words: readonly string[]
}

/** Trusting a project accepts these users, as long as they stay the same. */
export async function otherHands(system: System, { home, place }: Pick<Situation, 'home' | 'place'>): Promise<OtherHands> {
  const faults = await manifestFaults(system, home.environment, place)
  const uid = faults.find(({ kind }) => kind === 'owner')?.id
  const name = uid === undefined ? null : (await readAccounts(system)).name(uid)
  return {
    words: faults.length === 0 ? [] : await describeFaults(system, faults),
    inSpiteOf: [...new Set(faults.map(markOf))].sort(),
    ...(uid === undefined ? {} : { owner: { uid, ...(name === null ? {} : { name }) } }),
  }
}

/** Returns the place and the bytes of a situation's project; null: no project, or no manifest. */
export async function projectSeen(system: System, situation: Situation): Promise<ProjectSeen | null> {
  const { place, bytes, lockBytes: lock, world, home } = situation
  if (place.project === null || bytes === null) return null
  const real = await realPlace(system, world, home.environment, place.project)
  return real === null ? null : { place: real, manifest: bytes, lock }
}

/** True where a person has trusted the project of a situation as it is now. */
export async function isTrustedProject(system: System, situation: Situation): Promise<boolean> {
  const seen = await projectSeen(system, situation)
  return seen !== null && (await trustState(system, situation.home.here, seen)) === 'trusted'
}

/**
 * Returns what is to be trusted of a project. Pins packages that its lock lacks first: otherwise the next sync would change
 * the trusted lock.
 */
export async function reviewProject(system: System, open: () => Promise<Situation>, options: PinOptions): Promise<TrustReview> {
  const situation = await pinned(system, open, options)
  const seen = await projectSeen(system, situation)
  if (seen === null) throw usageError(`${situation.place.shown} does not exist.`, { hint: 'in the project: mcp-twin init --project' })
  const { manifest, view, keys } = await trustable(system, situation, seen)
  const before = trustedAt(await readTrust(system, situation.home.here), seen.place)
  return {
    ...{ seen, manifest, keys, view },
    state: await trustState(system, situation.home.here, seen),
    others: await otherHands(system, situation),
    since: before === undefined ? null : { at: before.at, changes: trustChanges(before.shown, view) },
  }
}

/** The effective part of a project's manifest, and its view. */
export async function trustable(
  system: System,
  { manifest: written, lock, home }: Pick<Situation, 'manifest' | 'lock' | 'home'>,
  { place }: Pick<ProjectSeen, 'place'>,
): Promise<Pick<TrustReview, 'manifest' | 'view' | 'keys'>> {
  const view = trustView(written, lock, await projectFilesOf(system, home.environment, place, written))
  const manifest = projectPart(written)
  return { manifest, view, keys: keysOfAll(manifest) }
}

async function pinned(system: System, open: () => Promise<Situation>, options: PinOptions): Promise<Situation> {
  const found = await open()
  const first = await pin(system, found, options)
  demandAll(first)
  if (first.lock === found.lock) return found
  return withRunLock(system, found.home.here, found.home.environment.id, async () => {
    const fresh = await open()
    const { lock } = isUnchanged(fresh, found) ? first : demandAll(await pin(system, fresh, options))
    const { environment, folder } = fresh.home
    const run = openRun(system, reach(fresh.home, layout(environment, folder).backups), { command: 'trust', at: system.now() })
    await writeOwn(system, fresh, fresh.place.lockHere, fresh.place.lockHere, lockBytes(lock), run)
    await run.finish()
    return open()
  })
}

/** Throws where a package cannot be pinned: it would be pinned after the review. */
function demandAll(pinned: Pinned): Pinned {
  const [first] = pinned.unresolved
  if (first === undefined) return pinned
  const [words, { reason, hint }] = first
  throw new TwinError('not-pinned', `${words} cannot be pinned, so nothing is trusted: ${reason}.`, { hint })
}
