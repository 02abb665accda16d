import { keysOfAll } from '../../core/manifest/names.ts'
import { makePlan, type Plan, type PlanInput } from '../../core/plan/plan.ts'
import { recordOf, withRecord } from '../../core/plan/records.ts'
import type { Step } from '../../model/plan.ts'
import type { State } from '../../model/state.ts'
import type { System } from '../../model/system.ts'
import type { BackupRun } from '../store/backup.ts'
import { writeLaunches } from '../run/launches.ts'
import type { Situation } from '../manifest/open.ts'
import { applyFile, takenOver } from './apply-file.ts'
import { applyInstalls, type Installed } from './installs.ts'
import type { SyncOptions } from './options.ts'
import { writeState } from './own-files.ts'

export interface Applied {
  readonly steps: readonly Step[]
  readonly state: State
  readonly changed: boolean
  /** Clients whose files were written. */
  readonly written: ReadonlySet<string>
  readonly notices: readonly string[]
}

/** Applies a plan: packages first, since an entry is only written once its package is installed; then file by file. */
export async function applyPlan(
  system: System,
  situation: Situation,
  input: PlanInput,
  plan: Plan,
  run: BackupRun,
  options: SyncOptions,
  beforeFiles: () => Promise<boolean>,
): Promise<Applied> {
  const installed = await applyInstalls(system, input, plan, options)
  options.signal.throwIfAborted()
  let changed = await beforeFiles()
  const again = installed.failed.size + installed.withoutSelf.size === 0 ? plan : makePlan(without(input, installed))
  const launched = await writeLaunches(
    system,
    input,
    again.launches,
    again.files.flatMap(({ plan: { entries } }) => entries),
  )
  run.originals.knows(
    keysOfAll(input.manifest).flatMap((name) => {
      const key = input.render.key(name)
      return key === null ? [] : [[name, key] as const]
    }),
  )
  let state = situation.state
  const steps: Step[] = [...installed.steps, ...again.blocked, ...launched]
  const written = new Set<string>()
  const notices = new Set<string>([...installed.notices, ...again.notices])
  for (const file of again.files) {
    const taken = takenOver({ ...input, state }, file, recordOf(situation.savedState, file.plan))
    const isWritten = file.plan.entries.some(({ change }) => change !== null)
    if (taken !== null) await run.originals.take(file.plan, { bytes: file.observed.bytes, mode: null }, taken, isWritten)
    const result = await applyFile(system, { ...input, state }, file, run, situation.place.root)
    steps.push(...result.steps)
    for (const notice of result.notices) notices.add(`${file.observed.client.label}: ${notice}`)
    if (result.written) written.add(file.observed.client.id)
    if (result.state === null) continue
    state = withRecord(state, file.plan, result.state)
  }
  // Once for all files: if we are killed before, the next run finds correct entries and records them as ours.
  await writeState(system, situation, state, run)
  changed ||= written.size > 0 || installed.steps.some((step) => step.outcome === 'done' && step.change !== 'none')
  return { steps, state, changed, written, notices: [...notices] }
}

const without = (input: PlanInput, { failed, withoutSelf }: Installed): PlanInput => ({
  ...input,
  withoutSelf,
  unavailable: (environment, words) => input.unavailable(environment, words) ?? failed.get(`${environment} ${words}`) ?? null,
})
