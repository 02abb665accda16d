import type { ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { TwinError } from '../../errors.ts'
import { withClaudeLock } from './claude-lock.ts'
import { commit, type Job } from './commit.ts'
import type { Backup, Decide, Decision, Reason, RewriteOutcome, RewriteTarget } from './decision.ts'
import { digestOf, sameBytes } from './digest.ts'
import { makeFolders, removeFolders } from './folders.ts'
import { LockedError, withFileLock } from './lock.ts'
import { findPlace, type Place } from './place.ts'
import { nextChange, readSteadily, type Seen } from './steady-read.ts'
import { ifPossible, isTrouble, wordsOf } from './trouble.ts'

export type { Backup, Decide, Decision, Reason, RewriteOutcome, RewriteTarget } from './decision.ts'

/** A program that writes all the time is met this often at least, and for this long, before we give up. */
const triesMin = 5
const tryMs = 2000

const nothing = { before: null, after: null, notices: [] } as const

const refused = (reason: Reason): RewriteOutcome => ({ ...nothing, ...reason, kind: 'refused' })

/** The words of a decision or trouble without its `kind` and `ok`, so that nothing else gets into an outcome. */
const wordsIn = ({ reason, hint, line, column }: Reason): Reason => ({
  reason,
  ...(hint === undefined ? {} : { hint }),
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
})

/** A decision that changes nothing, in the light of what is there. Null: there is something to write. */
function settles(decision: Decision, { bytes, facts }: Seen): 'unchanged' | RewriteOutcome | null {
  if (decision.kind === 'refuse') return refused(wordsIn(decision))
  if (decision.kind === 'nothing') return 'unchanged'
  if (decision.kind === 'remove') return bytes === null ? 'unchanged' : null
  if (sameBytes(bytes, decision.bytes) && (decision.mode === undefined || decision.mode === facts?.mode)) return 'unchanged'
  const fault = decision.check?.() ?? null
  return fault === null ? null : { ...nothing, kind: 'failed', reason: fault }
}

/** What has happened to the file in this call so far. */
interface Progress {
  before: string | null
  created: boolean
  wrote: boolean
  readonly notices: string[]
}

function done(progress: Progress, seen: Seen): RewriteOutcome {
  const after = digestOf(seen.bytes)
  if (!progress.wrote) return { ...nothing, kind: 'unchanged', before: after, after }
  return { kind: 'written', created: progress.created, before: progress.before, after, notices: [...new Set(progress.notices)] }
}

/** Reads, decides and writes until the file is as decided, or is refused, or another program never leaves it alone. */
async function settle(job: Job, decide: Decide, firstInode: string | undefined): Promise<RewriteOutcome> {
  const { system, target, real } = job
  const progress: Progress = { before: null, created: false, wrote: false, notices: [] }
  const began = system.now()
  let inode = firstInode
  // Replaced within these few milliseconds, and not by the mcp-twin we waited for: then it will be again.
  let isBusy = !job.held.waited && inode !== undefined && (await system.files.look(real))?.inode !== inode
  for (let tries = 1; ; tries++) {
    target.signal?.throwIfAborted()
    if (isBusy) await nextChange(system, real)
    const read = await readSteadily(system, real, target.shown, inode)
    if (!read.ok) return refused(wordsIn(read))
    const { seen } = read
    inode = seen.facts?.inode ?? inode
    const decision = await decide(seen.bytes)
    const settled = settles(decision, seen)
    if (settled === 'unchanged') return done(progress, seen)
    if (settled !== null) return settled
    if (decision.kind !== 'replace' && decision.kind !== 'remove') throw new Error(`no decision: ${decision.kind}`)
    const committed = await commit(job, seen, decision)
    if (committed.kind === 'refused') return refused(wordsIn(committed))
    if (committed.kind === 'written') {
      if (!progress.wrote) progress.before = digestOf(seen.bytes)
      progress.created ||= seen.bytes === null
      progress.wrote = true
      if (committed.notice !== null) progress.notices.push(committed.notice)
      const wanted = decision.kind === 'replace' ? decision.bytes : null
      const now = await system.files.read(real)
      // What we wrote is there, or another program wrote right after us and the decision is asked again.
      if (sameBytes(now, wanted)) return done(progress, { ...seen, bytes: now })
    }
    if (tries >= triesMin && system.now() - began > tryMs) {
      return refused({
        reason: `${target.shown} is changed by another program all the time`,
        hint: 'close the program that writes it, then try again',
      })
    }
    isBusy = true
  }
}

async function underLocks(
  system: System,
  target: RewriteTarget,
  place: Place,
  folders: number,
  decide: Decide,
  backup: Backup | null,
): Promise<RewriteOutcome> {
  const { real } = place
  const { signal } = target
  let emptied = 0
  const noting: Decide = async (bytes) => {
    const decision = await decide(bytes)
    emptied = decision.kind === 'remove' ? (decision.folders ?? 0) : 0
    return decision
  }
  const outcome = await withFileLock(system, real, target.side, { signal }, async (held) => {
    const work = (): Promise<RewriteOutcome> => settle({ system, target, real, held, backup, folders }, noting, place.facts?.inode)
    const locked: ReachablePath[] = target.ownLock === undefined ? [] : [target.here, real]
    let isWritten = false
    try {
      const settled = await withClaudeLock(system, locked, signal, work)
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

/** A file whose folder is missing: the decision comes first, so that no folder is made for nothing. */
async function inNewFolder(system: System, target: RewriteTarget, decide: Decide, backup: Backup | null): Promise<RewriteOutcome> {
  const settled = settles(await decide(null), { bytes: null, facts: null })
  if (settled !== null) return settled === 'unchanged' ? { ...nothing, kind: settled } : settled
  const folders = await makeFolders(system, target.here)
  let isWritten = false
  try {
    const placed = await findPlace(system, target)
    if (!placed.ok) return refused(wordsIn(placed))
    const outcome = await underLocks(system, target, placed.place, folders, decide, backup)
    isWritten = outcome.kind === 'written'
    return outcome
  } finally {
    if (!isWritten) await removeFolders(system, target.here, folders)
  }
}

/** A trouble on the way, in words; what is no trouble of files or locks goes on its way. */
function outcomeOf(error: unknown, { shown }: RewriteTarget): RewriteOutcome {
  if (isTrouble(error)) return { ...nothing, ...wordsOf(error, shown) }
  if (!(error instanceof TwinError) || error.code !== 'locked') throw error
  const hint = error.hint === undefined ? {} : { hint: error.hint }
  if (!(error instanceof LockedError)) return refused({ reason: error.message, ...hint })
  const who = error.holder === null ? '' : ` (process ${error.holder.pid} on ${error.holder.side})`
  return refused({ reason: `${shown} is being written by another mcp-twin${who}`, ...hint })
}

/**
 * Rewrites one file so that nothing can be lost: under our lock and, where it has one, its program's own; on bytes
 * that are whole; backed up before; whole beside the old content before it takes its place; and only if nobody wrote
 * in between, else `decide` is asked again. At every moment the file holds its old bytes or its new ones. Troubles of
 * the file system come back as `refused` (lies in the place) or `failed` (tried and failed), old bytes kept.
 */
export async function rewriteFile(system: System, target: RewriteTarget, decide: Decide, backup: Backup | null): Promise<RewriteOutcome> {
  try {
    const placed = await findPlace(system, target)
    if (!placed.ok) return refused(wordsIn(placed))
    if (!placed.place.hasFolder) return await inNewFolder(system, target, decide, backup)
    return await underLocks(system, target, placed.place, 0, decide, backup)
  } catch (error) {
    return outcomeOf(error, target)
  }
}
