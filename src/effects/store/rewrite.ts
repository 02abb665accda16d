import { TwinError } from '../../errors.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { releaseLeftClaudeLocks, withClaudeLock } from './claude-lock.ts'
import type { Backup, Decide, RewriteOutcome, RewriteTarget } from './decision.ts'
import { makeFolders, removeFolders } from './folders.ts'
import { untilReleased } from './held-file.ts'
import { LockedError, withFileLock } from './lock.ts'
import { findPlace, type FileLocation } from './place.ts'
import { nothing, refused, settle, settles } from './settle.ts'
import { ifPossible, isTrouble, wordsOf } from './trouble.ts'

export type { Backup, Decide, Decision, RewriteOutcome, RewriteTarget } from './decision.ts'
export type { Reason } from '../../model/reason.ts'

async function underLocks(
  system: System,
  target: RewriteTarget,
  place: FileLocation,
  folders: number,
  decide: Decide,
  backup: Backup | null,
): Promise<RewriteOutcome> {
  const { real } = place
  const { signal } = target
  let emptied = 0
  const noting: Decide = async (bytes, mode) => {
    const decision = await decide(bytes, mode)
    if (decision.kind === 'remove') emptied = decision.folders ?? 0
    return decision
  }
  const claudeLocked: ReachablePath[] = target.ownLock === undefined ? [] : [target.here, real]
  if (claudeLocked.length > 0) await releaseLeftClaudeLocks(system, claudeLocked, real, target.side, signal)
  const outcome = await withFileLock(system, real, target.side, { signal }, async (held) => {
    const work = async (): Promise<RewriteOutcome> => {
      if (target.held !== undefined) await untilReleased(system, target.held, signal)
      return settle({ system, target, real, held, backup, folders }, noting, place.facts?.inode)
    }
    let isWritten = false
    try {
      const settled = await withClaudeLock(system, claudeLocked, { signal, note: held.noteClaudeLocks }, work)
      isWritten = settled.kind === 'written'
      return settled
    } finally {
      if (!isWritten && backup !== null) await ifPossible(backup.discard())
    }
  })
  // Only now do our locks no longer lie in the folders.
  if (outcome.kind === 'written') await removeFolders(system, real, emptied)
  return outcome
}

/** Handles a file whose folder is missing: decides first, so that no folder is made in vain. */
async function inNewFolder(system: System, target: RewriteTarget, decide: Decide, backup: Backup | null): Promise<RewriteOutcome> {
  const settled = settles(await decide(null), { bytes: null, facts: null })
  if (settled !== null) return settled === 'unchanged' ? { ...nothing, kind: settled } : settled
  const folders = await makeFolders(system, target.here)
  let isWritten = false
  try {
    const placed = await findPlace(system, target)
    if (!placed.ok) return refused(placed)
    const outcome = await underLocks(system, target, placed.place, folders, decide, backup)
    isWritten = outcome.kind === 'written'
    return outcome
  } finally {
    if (!isWritten) await removeFolders(system, target.here, folders)
  }
}

/** An error of the file system or a lock as an outcome; any other error is rethrown. */
function outcomeOf(error: unknown, { shown, holder }: RewriteTarget): RewriteOutcome {
  if (isTrouble(error)) return { ...nothing, ...wordsOf(error, shown, holder) }
  if (!(error instanceof TwinError) || error.code !== 'locked') throw error
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  if (!(error instanceof LockedError)) return refused({ reason: error.message, ...hint })
  const who = error.holder === null ? '' : ` (process ${error.holder.pid} on ${error.holder.side})`
  return refused({ reason: `${shown} is being written by another mcp-twin${who}`, ...hint })
}

/**
 * Rewrites one file without losing anything. It takes our lock and the program's own (if it has one), reads whole bytes, backs
 * them up, writes the new file beside the old one, and renames it only if nobody wrote in between; else it asks `decide` again.
 * At every moment the file holds its old bytes or its new ones. Faults of the file system come back as `refused` (lies in the
 * place) or `failed` (tried and failed), with the old bytes kept.
 */
export async function rewriteFile(system: System, target: RewriteTarget, decide: Decide, backup: Backup | null): Promise<RewriteOutcome> {
  try {
    const placed = await findPlace(system, target)
    if (!placed.ok) return refused(placed)
    if (!placed.place.hasFolder) return await inNewFolder(system, target, decide, backup)
    return await underLocks(system, target, placed.place, 0, decide, backup)
  } catch (error) {
    return outcomeOf(error, target)
  }
}
