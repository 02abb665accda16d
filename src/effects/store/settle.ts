import { type Committed, commit, type Job } from './commit.ts'
import type { Decide, Decision, RewriteOutcome } from './decision.ts'
import type { Reason } from '../../model/reason.ts'
import { digestOf, sameBytes } from './digest.ts'
import { nextChange, readSteadily, rhythmMs, type FileSnapshot } from './steady-read.ts'

/** Attempts at least, and ms, before we give up on a file that another program writes all the time. */
const triesMin = 5
const tryMs = 2000

export const nothing = { before: null, after: null, notices: [] } as const

/** The reason of a decision or failure alone, so that no other field gets into an outcome. */
const wordsIn = ({ reason, hint, line, column }: Reason): Reason => ({
  reason,
  ...(hint === undefined ? {} : { hint }),
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
})

export const refused = (reason: Reason): RewriteOutcome => ({ ...nothing, ...wordsIn(reason), kind: 'refused' })

/** The outcome of a decision that changes nothing. Null: there is something to write. */
export function settles(decision: Decision, { bytes, facts }: FileSnapshot): 'unchanged' | RewriteOutcome | null {
  if (decision.kind === 'refuse') return refused(decision)
  if (decision.kind === 'nothing') return 'unchanged'
  if (decision.kind === 'remove') return bytes === null ? 'unchanged' : null
  if (sameBytes(bytes, decision.bytes) && (decision.mode === undefined || decision.mode === facts?.mode)) return 'unchanged'
  const fault = decision.check?.() ?? null
  return fault === null ? null : { ...nothing, kind: 'failed', reason: fault }
}

/** Records what this call has done to the file so far. */
class Progress {
  #before: string | null = null
  #isCreated = false
  #hasWritten = false
  readonly #notices = new Set<string>()

  wrote({ bytes }: FileSnapshot, notice: string | null): void {
    if (!this.#hasWritten) this.#before = digestOf(bytes)
    this.#isCreated ||= bytes === null
    this.#hasWritten = true
    if (notice !== null) this.#notices.add(notice)
  }

  /** The outcome, with the bytes that are there now. */
  outcome(bytes: Uint8Array | null): RewriteOutcome {
    const after = digestOf(bytes)
    if (!this.#hasWritten) return { ...nothing, kind: 'unchanged', before: after, after }
    return { kind: 'written', created: this.#isCreated, before: this.#before, after, notices: [...this.#notices] }
  }
}

/**
 * True if the file was replaced since we first looked, or a moment before: then it will be again soon. If we waited for
 * another mcp-twin, that one was the writer, and it is done.
 */
async function isBusyNow({ system, real, held }: Job, firstInode: string | undefined): Promise<boolean> {
  if (held.waited) return false
  const facts = await system.files.look(real)
  if (facts === null) return false
  return (
    (firstInode !== undefined && facts.inode !== firstInode) || (facts.changedMs !== undefined && system.now() - facts.changedMs < rhythmMs)
  )
}

/** How one attempt ended: with an outcome, with our bytes in place, or with another program's. */
type Tried =
  | { readonly kind: 'ended'; readonly outcome: RewriteOutcome }
  | { readonly kind: 'in-place'; readonly bytes: Uint8Array | null }
  | { readonly kind: 'lost' }

const ended = (outcome: RewriteOutcome): Tried => ({ kind: 'ended', outcome })

async function tryOnce(job: Job, decide: Decide, snapshot: FileSnapshot, progress: Progress): Promise<Tried> {
  const decision = await decide(snapshot.bytes, snapshot.facts?.mode ?? null)
  const settled = settles(decision, snapshot)
  if (settled === 'unchanged') return ended(progress.outcome(snapshot.bytes))
  if (settled !== null) return ended(settled)
  if (decision.kind !== 'replace' && decision.kind !== 'remove') throw new Error(`no change: ${decision.kind}`)
  const committed: Committed = await commit(job, snapshot, decision)
  if (committed.kind === 'refused') return ended(refused(committed))
  if (committed.kind === 'changed') return { kind: 'lost' }
  progress.wrote(snapshot, committed.notice)
  const now = await job.system.files.read(job.real)
  return sameBytes(now, decision.kind === 'replace' ? decision.bytes : null) ? { kind: 'in-place', bytes: now } : { kind: 'lost' }
}

/**
 * Reads, decides and writes until the file is as decided or refused, or another program keeps changing it. While one
 * does, each attempt begins right after one of its writes, and ours is checked again after its next, which may have been
 * made from the content before ours.
 */
export async function settle(job: Job, decide: Decide, firstInode: string | undefined): Promise<RewriteOutcome> {
  const { system, target, real } = job
  const progress = new Progress()
  const began = system.now()
  let inode = firstInode
  let isBusy = await isBusyNow(job, firstInode)
  for (let tries = 1; ; tries++) {
    target.signal?.throwIfAborted()
    isBusy &&= await nextChange(system, real)
    const read = await readSteadily(system, real, target.shown, inode)
    if (!read.ok) return refused(read)
    inode = read.snapshot.facts?.inode ?? inode
    const tried = await tryOnce(job, decide, read.snapshot, progress)
    if (tried.kind === 'ended') return tried.outcome
    const isLate = tries >= triesMin && system.now() - began > tryMs
    if (tried.kind === 'in-place' && (!isBusy || isLate)) return progress.outcome(tried.bytes)
    if (isLate)
      return refused({
        reason: `${target.shown} keeps being changed by another program`,
        hint: 'close the program that writes it, then try again',
      })
    isBusy = true
  }
}
