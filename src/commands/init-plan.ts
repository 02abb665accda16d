import { clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { makePlan } from '../core/plan/plan.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { planBesides, stepsBesides } from '../effects/sync/besides.ts'
import type { Edited, Source } from '../effects/sync/plan-run.ts'
import { stepsOf } from '../effects/sync/steps.ts'
import { EXIT, TwinError } from '../errors.ts'
import type { Lock } from '../model/lock.ts'
import type { Step } from '../model/plan.ts'
import { visible } from '../ui/escape.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { hanging, wrap } from '../ui/width.ts'
import type { HomeContext } from './at-home.ts'
import { stepLines } from './report-sync.ts'

/** Throws without a terminal and without `--yes`: init writes into many files. */
export async function demandConsent({ prompt, options }: Context): Promise<void> {
  if (options.yes !== true && !prompt.able) await prompt.confirm('Set up mcp-twin?', { flag: '--yes' })
}

/** What a person agreed to, as the screen showed it, and the versions that were looked up for it. */
export interface Agreed {
  readonly packages: Lock['packages']
  readonly steps: readonly Step[]
  readonly notes: readonly string[]
}

/**
 * On a terminal: shows what is about to be written, and `notes` on what is not, and asks once; nothing is asked where nothing is
 * to be done. Throws when the answer is no.
 */
export async function confirmPlan(
  context: Context,
  homeContext: HomeContext,
  source: Source,
  opened: Situation,
  settings: SyncOptions,
  { installs, notes }: { readonly installs: boolean; readonly notes: readonly string[] },
): Promise<Agreed> {
  const { io, prompt, system } = context
  if (!prompt.able) return { packages: {}, steps: [], notes: [] }
  const edited = (await source.edit?.(opened)) ?? null
  const prepared = await prepare(system, edited?.situation ?? opened, { ...settings, resolve: installs })
  const besides = await planBesides(system, opened, settings)
  const steps = installs ? [...stepsOf(makePlan(prepared.input), prepared), ...stepsBesides(besides)] : []
  const manifest = edited === null ? [] : manifestLines(context, opened, edited)
  if (manifest.length === 0 && !steps.some((step) => step.outcome === 'planned'))
    return { packages: prepared.lock.packages, steps: [], notes: [] }
  const sides = homeContext.world.environments
  const shown = steps.map((step) => (step.reason === null ? step : { ...step, reason: abbreviateHome(step.reason, sides) }))
  io.out('\nThis will be done:')
  for (const line of stepLines(shown, labelsFor(homeContext.world, clients), io)) io.out(line)
  for (const line of manifest) io.out(line)
  for (const note of notes) for (const line of hanging(visible(abbreviateHome(note, sides)), io.paint.warn('!'), io.width)) io.out(line)
  if (!(await prompt.confirm('Go ahead?', { flag: '--yes' })))
    throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
  return { packages: prepared.lock.packages, steps, notes }
}

/** The manifest and its new servers, and the keys that go into the store; nothing where neither changes. */
function manifestLines({ io }: Context, opened: Situation, { situation, bytes }: Edited): string[] {
  const { place, manifest, world } = situation
  const isSame = bytes === null || (opened.bytes !== null && Buffer.compare(bytes, opened.bytes) === 0)
  const fresh = Object.keys(manifest.servers).filter((name) => !Object.hasOwn(opened.manifest.servers, name))
  const isBridgeNew = opened.bytes === null || opened.manifest.bridge?.enabled === false
  const hasBridge = isBridgeNew && place.project === null && manifest.bridge?.enabled !== false
  const news = [...fresh.map(visible), ...(hasBridge ? [`${BRIDGE} (the bridge)`] : [])].join(', ')
  const keys = [...situation.brought.keys()].map(visible).join(', ')
  const group = (title: string, file: string, what: string): string[] => [
    `${io.paint.strong(title)}  ${io.paint.dim(file)}`.trimEnd(),
    ...wrap(what, io.width - 4).map((line, at) => `  ${at === 0 ? io.paint.good('+') : ' '} ${line}`),
  ]
  return [
    ...(isSame ? [] : group('Manifest', abbreviateHome(place.shown, world.environments), news === '' ? 'settings' : news)),
    ...(keys === '' ? [] : group('Key store', '', keys)),
  ]
}
