import { layout } from '../../core/layout.ts'
import { makePlan, type Plan } from '../../core/plan/plan.ts'
import { makeStep } from '../../core/plan/step.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { openRun } from '../files/backup.ts'
import { withRunLock } from '../files/lock.ts'
import { type Situation, reach } from '../situation/open.ts'
import { lockBytes } from '../situation/records.ts'
import { applyPlan } from './apply.ts'
import { storeKeys } from './keys.ts'
import type { SyncOptions } from './options.ts'
import { type Prepared, prepare } from './prepare.ts'
import { differs, type SyncResult } from './result.ts'
import { restartsFor } from './restart.ts'
import { writeOwn } from './own-files.ts'
import { tidy } from './tidy.ts'

/** Every step of a plan, as a list for a report. */
export const stepsOf = (plan: Plan, prepared: Prepared): Step[] => [
  ...[...prepared.unresolved].map(([words, why]) => makeStep({ kind: 'install', environment: prepared.input.home.id, change: 'none', outcome: 'failed', reason: `${words}: ${why.reason}`, hint: why.hint })),
  ...plan.installs.map((each) => each.step),
  ...plan.self,
  ...plan.held,
  ...plan.files.flatMap(({ plan: file }) => (file.refusal === null ? file.entries.map((each) => each.step) : [file.refusal])),
]

const unmanagedOf = (plan: Plan): SyncResult['unmanaged'] =>
  plan.files.flatMap(({ plan: file }) => file.unmanaged.map((server) => ({ environment: file.environment, client: file.client, server })))

const noticesOf = (plan: Plan, prepared: Prepared): string[] => [
  ...new Set([...prepared.stale, ...plan.notices, ...plan.files.flatMap(({ plan: file, observed }) => file.notices.map((notice) => `${observed.client.label}: ${notice}`))]),
]

/** The plan as a result in which nothing was done. */
export async function previewSync(system: System, situation: Situation, options: SyncOptions): Promise<SyncResult> {
  const prepared = await prepare(system, situation, options)
  return planned(prepared, makePlan(prepared.input))
}

function planned(prepared: Prepared, plan: Plan): SyncResult {
  const steps = stepsOf(plan, prepared)
  return { inSync: !steps.some(differs), changed: false, run: null, steps, unmanaged: unmanagedOf(plan), restart: [], notices: noticesOf(plan, prepared) }
}

/** Where a run starts from. It is asked again under the lock, so that two commands at once keep both changes. */
export interface Source {
  open(): Promise<Situation>
  /** The change of the manifest that belongs to this run, made on what `open` found; absent: none. */
  edit?(situation: Situation): Promise<Edited | null>
}

/** The situation as if the manifest were already written, and the bytes that make it so. */
export interface Edited {
  readonly situation: Situation
  readonly bytes: Uint8Array
}

interface Start {
  readonly situation: Situation
  readonly bytes: Uint8Array | null
  readonly prepared: Prepared
  readonly plan: Plan
}

async function begin(system: System, source: Source, options: SyncOptions, opened: Situation): Promise<Start> {
  const edited = (await source.edit?.(opened)) ?? null
  const situation = edited?.situation ?? opened
  const prepared = await prepare(system, situation, options)
  return { situation, bytes: edited?.bytes ?? null, prepared, plan: makePlan(prepared.input) }
}

const isStill = (start: Start): boolean =>
  start.bytes === null &&
  !start.prepared.brings &&
  start.prepared.lock === start.situation.lock &&
  stepsOf(start.plan, start.prepared).every((step) => step.outcome === 'refused' || step.outcome === 'failed')

const sameGround = (a: Situation, b: Situation): boolean =>
  JSON.stringify([a.state, a.lock, a.manifest]) === JSON.stringify([b.state, b.lock, b.manifest]) && String(a.bytes) === String(b.bytes)

/** Brings every file to what the manifest says: observe, plan, apply, observe and plan again. */
export async function runSync(system: System, source: Source, options: SyncOptions, command: string): Promise<SyncResult> {
  const opened = await source.open()
  const first = await begin(system, source, options, opened)
  if (isStill(first)) return planned(first.prepared, first.plan)
  return withRunLock(system, opened.home.here, opened.self.id, async () => {
    const fresh = await source.open()
    return carryOut(system, sameGround(fresh, opened) ? first : await begin(system, source, options, fresh), options, command)
  })
}

async function carryOut(system: System, { situation, bytes, prepared, plan }: Start, options: SyncOptions, command: string): Promise<SyncResult> {
  const { home, place } = situation
  const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command, at: system.now() })
  const writeManifest = async (): Promise<boolean> => {
    if (prepared.brings) await storeKeys(system, situation)
    const changed = bytes !== null && (await writeOwn(system, situation, place.here, place.shown, bytes, run))
    if (prepared.lock !== situation.lock) await writeOwn(system, situation, place.lockHere, place.lockHere, lockBytes(prepared.lock), run)
    return changed
  }
  const applied = await applyPlan(system, situation, prepared.input, plan, run, options, writeManifest)
  await tidy(system, prepared.input, situation.lock)
  const after = await prepare(system, { ...situation, lock: prepared.lock, state: applied.state, brought: new Map() }, { ...options, resolve: false, refresh: false })
  const second = makePlan(after.input)
  const unresolved = stepsOf({ installs: [], self: [], files: [], held: [], launches: new Map(), notices: [] }, prepared)
  return {
    inSync: !stepsOf(second, after).some(differs),
    changed: applied.changed,
    run: await run.finish(),
    steps: [...unresolved, ...applied.steps],
    unmanaged: unmanagedOf(second),
    restart: restartsFor(applied.written, prepared.input),
    notices: [...new Set([...noticesOf(plan, prepared), ...applied.notices])],
  }
}
