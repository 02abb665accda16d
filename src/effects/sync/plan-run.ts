import { makePlan, type Plan } from '../../core/plan/plan.ts'
import { pinText, type ProjectBytes } from '../../core/trust/digests.ts'
import type { Lock } from '../../model/lock.ts'
import type { System } from '../../model/system.ts'
import type { Situation } from '../manifest/open.ts'
import { lockBytes } from '../manifest/records.ts'
import { type Besides, planBesides } from './besides.ts'
import type { SyncOptions } from './options.ts'
import { type PreparedSync, prepare } from './prepare.ts'
import { stepsOf } from './steps.ts'

/** Opens the situation of a run. Called again under the lock, so that two concurrent commands keep both changes. */
export interface Source {
  open(): Promise<Situation>
  /** Changes the manifest of the situation; absent: no change. */
  edit?(situation: Situation): Promise<Edited | null>
  /** Throws to stop the run before anything is written. */
  demand?(before: Situation, prepared: PreparedSync): void
}

/** The situation as if the manifest were already written, and its new bytes; null: unchanged. */
export interface Edited {
  readonly situation: Situation
  readonly bytes: Uint8Array | null
}

/** A prepared run and its plan. */
export interface PlannedRun extends Besides {
  readonly situation: Situation
  /** The lock on the disk; this run may change it. */
  readonly locked: Lock
  readonly bytes: Uint8Array | null
  readonly prepared: PreparedSync
  readonly plan: Plan
}

/** Shows who judges a run what it leads to. */
export const showTo = ({ judge }: SyncOptions, { manifest, savedState, sides }: Situation, { lock }: PreparedSync): void =>
  judge?.({ manifest, lock, state: savedState, sides, foreign: [] })

/** Prepares a run and makes its plan. */
export async function planRun(system: System, source: Source, options: SyncOptions, opened: Situation): Promise<PlannedRun> {
  const edited = (await source.edit?.(opened)) ?? null
  const situation = edited?.situation ?? opened
  const prepared = await prepare(system, situation, options)
  source.demand?.(opened, prepared)
  showTo(options, situation, prepared)
  const plan = makePlan(prepared.input)
  const bytes = edited?.bytes ?? null
  const manifest = bytes ?? situation.bytes
  const lock = prepared.lock === opened.lock ? opened.lockBytes : lockBytes(prepared.lock)
  const known = manifest === null ? situation : withNamed(situation, { manifest, lock }, prepared.input.render.named, plan)
  return { situation: known, locked: opened.lock, bytes, prepared, plan, ...(await planBesides(system, known, options)) }
}

/** Records the digest of a manifest named by path: its entries start only servers of exactly that manifest and lock. */
function withNamed(situation: Situation, bytes: ProjectBytes, named: string | undefined, { launches }: Plan): Situation {
  const { state, home } = situation
  if (named === undefined || !launches.has(home.environment.id)) return situation
  const pin = pinText(bytes)
  if (state.manifests?.[named] === pin) return situation
  return { ...situation, state: { ...state, manifests: { ...state.manifests, [named]: pin } } }
}

/** Returns whether a run has nothing to do. */
export const isIdle = (start: PlannedRun): boolean =>
  start.bytes === null &&
  start.commands.length === 0 &&
  (start.hook === null || start.hook.step.kind === 'refuse') &&
  start.situation.state.manifests === start.situation.savedState.manifests &&
  start.situation.state.absent === start.situation.savedState.absent &&
  start.situation.state.agreed === start.situation.savedState.agreed &&
  start.situation.state.imported === start.situation.savedState.imported &&
  !start.prepared.brings &&
  start.prepared.lock === start.locked &&
  stepsOf(start.plan, start.prepared).every((step) => step.outcome === 'refused' || step.outcome === 'failed')

/** Returns whether manifest, lock and state are the same in both. */
export const isUnchanged = (a: Situation, b: Situation): boolean =>
  JSON.stringify([a.state, a.lock]) === JSON.stringify([b.state, b.lock]) && text(a.bytes) === text(b.bytes)

const text = (bytes: Uint8Array | null): string | null => (bytes === null ? null : new TextDecoder().decode(bytes))
