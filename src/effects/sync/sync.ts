import { makePlan } from '../../core/plan/plan.ts'
import type { System } from '../../model/system.ts'
import { withRunLock } from '../store/lock.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'
import { leftLocks, wasInterrupted } from './recover.ts'
import { prepare } from './prepare.ts'
import type { SyncResult } from './result.ts'
import { planBesides } from './besides.ts'
import { begin, isIdle, type Source, isUnchanged } from './start.ts'
import { planned } from './steps.ts'

export type { Edited, Source } from './start.ts'

/** Returns the plan as a result in which nothing was done. */
export async function previewSync(system: System, situation: Situation, options: SyncOptions): Promise<SyncResult> {
  const prepared = await prepare(system, situation, options)
  return planned(prepared, makePlan(prepared.input), await planBesides(system, situation, options))
}

/** Syncs every file with the manifest: observe, plan, apply, observe and plan again. `found`: a situation opened just before. */
export async function runSync(
  system: System,
  source: Source,
  options: SyncOptions,
  command: string,
  found?: Situation,
): Promise<SyncResult> {
  const opened = found ?? (await source.open())
  const [first, interrupted] = await Promise.all([begin(system, source, options, opened), wasInterrupted(system, opened)])
  const isRecovering = interrupted || (await leftLocks(system, opened, first.prepared.input.files))
  if (isIdle(first) && !isRecovering) return planned(first.prepared, first.plan, first)
  return withRunLock(system, opened.home.here, opened.self.id, async () => {
    const fresh = await source.open()
    // Loaded here only: most runs have nothing to do.
    const { carryOut } = await import('./carry-out.ts')
    const start = isUnchanged(fresh, opened) ? first : await begin(system, source, options, fresh)
    if (isRecovering) await (await import('./recover.ts')).recover(system, start.situation, start.prepared.input, options.signal)
    return isIdle(start) ? planned(start.prepared, start.plan, start) : carryOut(system, start, options, command)
  })
}
