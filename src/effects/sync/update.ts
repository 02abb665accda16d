import type { Checked } from './checks.ts'
import { layout } from '../../core/layout.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { makeStep } from '../../core/plan/step.ts'
import { changesFor, lockAfter, type Move } from '../../core/update/moves.ts'
import type { Step } from '../../model/plan.ts'
import type { System } from '../../model/system.ts'
import { withRunLock } from '../store/lock.ts'
import { folderOn } from '../machine/home.ts'
import { editManifest } from './edit-manifest.ts'
import { installPackage } from '../packages/install.ts'
import type { Situation } from '../manifest/open.ts'
import type { SyncOptions } from './options.ts'
import type { SyncResult } from './result.ts'
import { previewSync, runSync } from './sync.ts'
import { restoreTrust } from './trust-keep.ts'
import { undo } from '../undo/undo.ts'
import { type Stays, type Trial, tryMoves } from './trial.ts'

export interface Updated {
  readonly result: SyncResult
  readonly moved: readonly Move[]
  readonly stays: readonly Stays[]
  /** How the servers answered with the new versions, before any entry named them. */
  readonly checked: Checked
}

/**
 * Updates packages: installs the new versions beside the old ones and tries them on every side first, then writes manifest,
 * lock and entries in one run, which can be undone. A package that fails on any side keeps its version on all.
 */
export async function updatePackages(
  system: System,
  open: () => Promise<Situation>,
  moves: readonly Move[],
  options: SyncOptions,
): Promise<Updated> {
  const opened = await open()
  const trial = await withRunLock(system, opened.home.here, opened.self.id, async () => {
    const tried = await tryMoves(system, await open(), moves, options)
    await keepOld(system, opened, tried, options)
    return tried
  })
  const quiet = { ...options, resolve: false, refresh: false }
  if (trial.accepted.length === 0) return { ...finish(await previewSync(system, await open(), quiet), trial, []), moved: [] }
  const edit = async (situation: Situation) => {
    const changes = changesFor(situation.manifest, trial.accepted).map(({ path, value }) => ({ kind: 'set' as const, path, value }))
    const edited = editManifest(situation, changes)
    return { ...edited, situation: { ...edited.situation, lock: lockAfter(situation.lock, trial.accepted) } }
  }
  const result = await runSync(system, { open, edit }, quiet, 'update')
  const broken = brokenBy(result, trial.accepted)
  if (broken === null || result.run === null) return { ...finish(result, trial, trial.installs), moved: trial.accepted }
  return takeBack(system, open, result.run, broken, trial, quiet)
}

/** Returns an entry that could not be written. */
const brokenBy = (result: SyncResult, moves: readonly Move[]): Step | null =>
  result.steps.find(
    (step) => (step.outcome === 'failed' || step.outcome === 'refused') && moves.some(({ servers }) => servers.includes(step.server ?? '')),
  ) ?? null

async function takeBack(
  system: System,
  open: () => Promise<Situation>,
  run: string,
  broken: Step,
  trial: Trial,
  options: SyncOptions,
): Promise<Updated> {
  const { home, self } = await open()
  await withRunLock(system, home.here, self.id, async () => {
    const before = await open()
    await undo(system, before, { named: run, force: false, isPreview: false })
    await restoreTrust(system, before, await open())
  })
  const reason = `${broken.reason ?? 'an entry could not be written'}; all sides are updated together or not at all`
  const stays = trial.accepted.map(
    (move): Stays => ({ move, outcome: 'put back', environment: broken.environment, reason, hint: broken.hint }),
  )
  const whole = { ...trial, stays: [...trial.stays, ...stays] }
  return { ...finish(await previewSync(system, await open(), options), whole, []), moved: [] }
}

/** The result with what stayed as steps, since exit code and report follow from these. */
function finish(result: SyncResult, trial: Trial, installs: readonly Step[]): Pick<Updated, 'result' | 'stays' | 'checked'> {
  const stayed = trial.stays.map(({ move, outcome, environment, reason, hint }) =>
    makeStep({
      kind: outcome === 'refused' ? 'refuse' : 'install',
      environment,
      server: move.servers[0] ?? null,
      change: outcome === 'refused' ? 'none' : 'update',
      outcome: outcome === 'refused' ? 'refused' : 'failed',
      reason,
      hint,
    }),
  )
  const done = installs.filter((step) => step.outcome === 'done')
  return {
    result: {
      ...result,
      changed: result.changed || (result.run !== null && done.length > 0),
      steps: [...stayed, ...done, ...result.steps],
      notices: [...new Set([...trial.notices, ...result.notices])],
    },
    stays: trial.stays,
    checked: { checks: trial.checks, untried: trial.untried },
  }
}

/** Reinstalls the old versions in an npm prefix, which has one version at a time. */
async function keepOld(system: System, situation: Situation, trial: Trial, options: SyncOptions): Promise<void> {
  const { manifest, sides, home, world } = situation
  for (const { move } of trial.stays.filter(({ outcome }) => outcome !== 'refused')) {
    for (const side of sides) {
      const prefix = prefixOn(manifest, side)
      if (prefix.kind === 'own' || move.from === null) continue
      const folder = folderOn(system, home, side)
      const allowScripts = move.servers.some((server) => manifest.servers[server]?.allowScripts === true)
      await installPackage(system, world, side, layout(side, folder).folder, move.from, {
        allowScripts,
        offline: options.offline,
        prefix,
      })
    }
  }
}
