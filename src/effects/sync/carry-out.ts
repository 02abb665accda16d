import { withAgreed } from '../../core/launch/identity.ts'
import { layout } from '../../core/layout.ts'
import { makePlan } from '../../core/plan/plan.ts'
import type { System } from '../../model/system.ts'
import { openRun } from '../store/backup.ts'
import { reach, type Situation } from '../manifest/open.ts'
import { lockBytes } from '../manifest/records.ts'
import { applyPlan } from './apply.ts'
import { writeBesides } from './besides.ts'
import { storeKeys } from './keys.ts'
import type { SyncOptions } from './options.ts'
import { writeOwn, writeState } from './own-files.ts'
import { prepare, type PreparedSync } from './prepare.ts'
import { differs, restartsFor, type SyncResult } from './result.ts'
import type { PlannedRun } from './plan-run.ts'
import { noticesOf, stepsOf, unmanagedOf } from './steps.ts'
import { tidy } from './tidy.ts'

/** Notes what the servers of the person's own manifest start as agreed. */
function agreeing(situation: Situation, { input, lock }: PreparedSync): Situation {
  const { state, place, manifest, sides } = situation
  const agreed = place.project === null && input.render.named === undefined ? withAgreed(state.agreed, manifest, sides, lock) : state.agreed
  return agreed === state.agreed || agreed === undefined ? situation : { ...situation, state: { ...state, agreed } }
}

/** Applies a plan under the caller's run lock: installs, writes manifest and files, records, and plans again. */
export async function carryOut(
  system: System,
  { situation: opened, locked, bytes, prepared, plan, ...besides }: PlannedRun,
  options: SyncOptions,
  command: string,
): Promise<SyncResult> {
  const situation = options.agrees === true ? agreeing(opened, prepared) : opened
  const { home, place } = situation
  const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command, at: system.now() })
  const notices: string[] = []
  const writeManifest = async (): Promise<boolean> => {
    if (prepared.brings) notices.push(...(await storeKeys(system, situation)))
    const changed = bytes !== null && (await writeOwn(system, situation, place.here, place.shown, bytes, run))
    const lock = prepared.lock === locked ? null : lockBytes(prepared.lock)
    if (lock !== null) await writeOwn(system, situation, place.lockHere, place.lockHere, lock, run)
    // After the manifest, never before it: an entry of ours that the manifest lacks would be removed by the next run.
    await writeState(system, situation, situation.state, run)
    const manifest = bytes ?? situation.bytes
    if (place.project !== null && manifest !== null) {
      const { keepTrust } = await import('./trust-keep.ts')
      const written = { manifest, lock: prepared.lock, lockBytes: lock ?? situation.lockBytes }
      notices.push(...(await keepTrust(system, situation, written, options.keepsTrust === true)))
    }
    return changed
  }
  const applied = await applyPlan(system, situation, prepared.input, plan, run, options, writeManifest)
  const written = await writeBesides(system, { ...situation, state: applied.state }, besides, run)
  await tidy(system, prepared.input, { ...situation, lock: locked })
  const after = await prepare(
    system,
    { ...situation, lock: prepared.lock, state: applied.state, brought: new Map() },
    { ...options, resolve: false, refresh: false },
  )
  const second = makePlan(after.input)
  const unresolved = stepsOf({ installs: [], self: [], files: [], blocked: [], launches: new Map(), notices: [] }, prepared)
  return {
    inSync: !stepsOf(second, after).some(differs),
    changed: applied.changed || written.changed,
    run: await run.finish(),
    steps: [...unresolved, ...applied.steps, ...written.steps],
    unmanaged: await unmanagedOf(second, after),
    restart: restartsFor(applied.written, prepared.input),
    notices: [...new Set([...noticesOf(plan, prepared), ...notices, ...applied.notices])],
  }
}
