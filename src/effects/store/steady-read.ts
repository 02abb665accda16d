import type { ReachablePath } from '../../model/path.ts'
import type { FileFacts, System } from '../../model/system.ts'
import type { Reason } from '../../model/reason.ts'
import { unfit } from './place.ts'

/** How long we wait at most for a file that is being written in place. */
const limitMs = 2000
/** A file written in place counts as finished after this long without a change. */
const restMs = 100
const pauseMs = 10

/** The bytes of a file and its facts when they were read. Both null: there is no file. */
export interface FileSnapshot {
  readonly bytes: Uint8Array | null
  readonly facts: FileFacts | null
}

export type SteadyRead = { readonly ok: true; readonly snapshot: FileSnapshot } | ({ readonly ok: false } & Reason)

/** Returns how much longer a file should stay unchanged before its content counts as complete. */
function restLeft(facts: FileFacts, restedMs: number, isReplaced: boolean): number {
  // Every write makes both times equal; a later change time alone means that a finished file was renamed to this path.
  const isPutHere = isReplaced || (facts.changedMs ?? 0) > facts.modifiedMs
  // No program leaves a config empty: it was truncated a moment ago, and its content will follow.
  const needed = facts.size === 0 ? limitMs : isPutHere ? 0 : restMs
  return Math.max(0, needed - restedMs)
}

/** For how long a file is known to be as it is: by its own clock, or, where clocks differ, by our watching it. */
function watch(system: System): (facts: FileFacts, waitedMs: number) => number {
  let snapshot = { identity: '', at: 0 }
  return (facts, waitedMs) => {
    if (snapshot.identity !== facts.identity) snapshot = { identity: facts.identity, at: waitedMs }
    return Math.max(system.now() - facts.modifiedMs, waitedMs - snapshot.at)
  }
}

/**
 * Reads a file once no program is in the middle of writing it: its facts are the same before and after the read, and it
 * has not changed for a moment. A file that was renamed to its path (by its times, or another inode than `inode`) is whole at once.
 * Limit 2 s.
 */
export async function readSteadily(system: System, path: ReachablePath, shown: string, inode?: string): Promise<SteadyRead> {
  let known = inode
  const rested = watch(system)
  let waited = 0
  const began = system.now()
  for (;;) {
    const facts = await system.files.look(path)
    // Some programs remove a file before they write the new one: wait a moment for it.
    if (facts === null && (known === undefined || waited >= restMs)) return { ok: true, snapshot: { bytes: null, facts } }
    let left = restMs
    if (facts !== null) {
      const reason = unfit(facts, shown)
      if (reason !== null) return { ok: false, ...reason }
      const bytes = await system.files.read(path)
      const after = await system.files.look(path)
      const isWhole = bytes !== null && after?.identity === facts.identity && after.size === bytes.length
      left = isWhole ? restLeft(facts, rested(facts, waited), known !== undefined && facts.inode !== known) : pauseMs
      if (isWhole && (left === 0 || waited >= limitMs)) return { ok: true, snapshot: { bytes, facts } }
      known ??= facts.inode
    }
    if (waited >= limitMs) {
      return {
        ok: false,
        reason: `${shown} is being written by another program without a pause`,
        hint: 'close the program that writes it, then try again',
      }
    }
    const pause = Math.min(left, restMs)
    await system.sleep(pause)
    waited = Math.max(waited + pause, system.now() - began)
  }
}

/** If a file is written less often than this, in ms, the next write is unlikely to collide with ours. */
export const rhythmMs = 25

/**
 * Waits until a program that writes a file over and over has just written it again, at most 25 ms; false when it has
 * not. What is done right after that is done before its next write, if it writes at a steady pace.
 */
export async function nextChange(system: System, path: ReachablePath): Promise<boolean> {
  const first = (await system.files.look(path))?.identity
  for (let waited = 0; waited < rhythmMs; waited += 1) {
    await system.sleep(1)
    if ((await system.files.look(path))?.identity !== first) return true
  }
  return false
}
