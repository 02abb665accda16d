import { dirname } from 'node:path'
import { type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { temporaryPath } from '../../model/temporary.ts'
import { type ReadyBeside, writeBeside } from './beside.ts'
import type { Backup, Decision, RewriteTarget } from './decision.ts'
import type { Reason } from '../../model/reason.ts'
import { digestOf, sameBytes } from './digest.ts'
import type { HeldLock } from './lock.ts'
import { findPlace } from './place.ts'
import type { FileSnapshot } from './steady-read.ts'
import { ifPossible, isTrouble } from './trouble.ts'

type Change = Exclude<Decision, { kind: 'nothing' | 'refuse' }>
type Replace = Extract<Change, { kind: 'replace' }>

/** One file under its locks. */
export interface Job {
  readonly system: System
  readonly target: RewriteTarget
  readonly real: ReachablePath
  readonly held: HeldLock
  readonly backup: Backup | null
  /** How many folders were made for it. */
  readonly folders: number
}

/** `changed`: another program was faster, nothing was written. */
export type Committed =
  | { readonly kind: 'changed' }
  | { readonly kind: 'written'; readonly notice: string | null }
  | ({ readonly kind: 'refused' } & Reason)

const changed: Committed = { kind: 'changed' }

/** True while the target is still the very file, with the very bytes, that the decision was made on. */
async function isAsSeen({ system, real }: Job, { bytes, facts }: FileSnapshot): Promise<boolean> {
  if (!sameBytes(await system.files.read(real), bytes)) return false
  const now = await system.files.look(real)
  return now?.identity === facts?.identity && now?.mode === facts?.mode
}

/** Runs two changes at once; the first error is thrown only after both have ended. */
async function both<A, B>(one: Promise<A>, other: Promise<B>): Promise<[A, B]> {
  const [first, second] = await Promise.allSettled([one, other])
  if (first.status === 'rejected') throw first.reason
  if (second.status === 'rejected') throw second.reason
  return [first.value, second.value]
}

const save = ({ backup, folders }: Job, { bytes, facts }: FileSnapshot, after: string | null): Promise<void> =>
  backup?.save({ bytes, mode: facts?.mode ?? null, after, folders }) ?? Promise.resolve()

/** Checks the path again: a folder of a project may have been replaced by a link since its file was found. */
async function isInPlace({ system, target, real }: Job): Promise<'yes' | Committed> {
  if (!target.within) return 'yes'
  const placed = await findPlace(system, target)
  if (!placed.ok) return { ...placed, kind: 'refused' }
  return placed.place.real === real ? 'yes' : changed
}

async function mayGoOn(job: Job, snapshot: FileSnapshot): Promise<'yes' | Committed> {
  job.target.signal?.throwIfAborted()
  if (!(await isAsSeen(job, snapshot))) return changed
  if (await job.held.stillOurs()) return isInPlace(job)
  return { kind: 'refused', reason: `another mcp-twin took the lock of ${job.target.shown} while this computer slept`, hint: 'try again' }
}

/** The folder that the rename must find unchanged. Only for a project's file: whoever works in the project may replace its folders. */
const folderOf = ({ within }: RewriteTarget, real: ReachablePath): ReachablePath | undefined =>
  within ? reachable(dirname(real)) : undefined

/** Renames the new content into place. False: another program was faster. */
async function swap({ system, target, real }: Job, beside: ReachablePath, expected: string | null): Promise<boolean> {
  try {
    await system.files.rename(beside, real, expected, folderOf(target, real))
    return true
  } catch (error) {
    if (isTrouble(error) && (error.code === 'ESTALE' || (error.code === 'EEXIST' && expected === null))) return false
    throw error
  }
}

/** Flushes backup and new content to the disk before the rename. */
async function prepare(job: Job, snapshot: FileSnapshot, decision: Replace, beside: ReachablePath): Promise<ReadyBeside> {
  const { system, target } = job
  const [, ready] = await both(save(job, snapshot, digestOf(decision.bytes)), writeBeside(system, target, beside, snapshot.facts, decision))
  return ready
}

async function replaceWhole(job: Job, snapshot: FileSnapshot, decision: Replace): Promise<Committed> {
  const { system, real, backup } = job
  const beside = temporaryPath(real, system.pid, system.random(4))
  let isGone = false
  try {
    const ready = await prepare(job, snapshot, decision, beside)
    if (!ready.ok) return { ...ready, kind: 'refused' }
    const go = await mayGoOn(job, snapshot)
    if (go !== 'yes') return go
    if (!(await swap(job, beside, snapshot.facts?.identity ?? null))) return changed
    isGone = true
    // From here on an error leaves the new content in place, so its backup must stay too.
    if (backup !== null) await ifPossible(backup.wrote())
    await system.files.flush(reachable(dirname(real)))
    return { kind: 'written', notice: ready.notice }
  } finally {
    if (!isGone) await ifPossible(system.files.remove(beside))
  }
}

/** Removes the file by a rename: a file that changed in the last moment can be put back. */
async function removeWhole(job: Job, snapshot: FileSnapshot): Promise<Committed> {
  const { system, target, real, backup } = job
  const aside = temporaryPath(real, system.pid, system.random(4))
  await save(job, snapshot, null)
  const go = await mayGoOn(job, snapshot)
  if (go !== 'yes') return go
  await system.files.rename(real, aside, null, folderOf(target, real))
  const moved = await system.files.look(aside)
  if (moved !== null && moved.identity !== snapshot.facts?.identity) {
    await system.files.rename(aside, real, null)
    return changed
  }
  if (backup !== null) await ifPossible(backup.wrote())
  await system.files.remove(aside)
  await system.files.flush(reachable(dirname(real)))
  return { kind: 'written', notice: null }
}

/** Carries a decision out on the bytes it was made on, or finds that they are no longer there. */
export async function commit(job: Job, snapshot: FileSnapshot, decision: Change): Promise<Committed> {
  const found = await isInPlace(job)
  if (found !== 'yes') return found
  return decision.kind === 'replace' ? replaceWhole(job, snapshot, decision) : removeWhole(job, snapshot)
}
