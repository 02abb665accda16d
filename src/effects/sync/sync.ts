import { makePlan } from '../../core/plan/plan.ts'
import type { System } from '../../model/system.ts'
import { withRunLock } from '../store/lock.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'
import { leftLocks, wasInterrupted } from './recover.ts'
import { prepare } from './prepare.ts'
import type { SyncResult } from './result.ts'
import { planBesides } from './besides.ts'
import { planRun, isIdle, showTo, type Source, isUnchanged } from './plan-run.ts'
import { resultOfPlan } from './steps.ts'

export type { Edited, Source } from './plan-run.ts'

/** Returns the plan as a result in which nothing was done. */
export async function previewSync(system: System, situation: Situation, options: SyncOptions): Promise<SyncResult> {
  const prepared = await prepare(system, situation, options)
  showTo(options, situation, prepared)
  return resultOfPlan(prepared, makePlan(prepared.input), await planBesides(system, situation, options))
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
  const [first, interrupted] = await Promise.all([planRun(system, source, options, opened), wasInterrupted(system, opened)])
  const isRecovering = interrupted || (await leftLocks(system, opened, first.prepared.input.files))
  if (isIdle(first) && !isRecovering) return resultOfPlan(first.prepared, first.plan, first)
  return withRunLock(system, opened.home.here, opened.self.id, async () => {
    const fresh = await source.open()
    // Loaded here only: most runs have nothing to do.
    const { carryOut } = await import('./carry-out.ts')
    const start = isUnchanged(fresh, opened) ? first : await planRun(system, source, options, fresh)
    if (isRecovering) await (await import('./recover.ts')).recover(system, start.situation, start.prepared.input, options.signal)
    return isIdle(start) ? resultOfPlan(start.prepared, start.plan, start) : carryOut(system, start, options, command)
  })
}
