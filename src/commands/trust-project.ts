import type { Context } from '../context.ts'
import { isStartedByRun } from '../core/launch/project.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { TwinError } from '../errors.ts'
import type { HomeContext } from './at-home.ts'
import { syncOptions } from './sync-options.ts'

/** A project's trust in a sync. `changed`: trust was granted just now, and the project's lock may have been written. */
export interface CheckedTrust {
  readonly notices: readonly string[]
  readonly changed: boolean
}

const NOTHING: CheckedTrust = { notices: [], changed: false }

/**
 * A project's files are written whether it is trusted or not, since nothing of it is run by that. But its servers with keys
 * start only when it is: on a terminal that is asked here, `--trust` answers, `--yes` does not.
 */
export async function checkTrust(
  context: Context,
  homeContext: HomeContext,
  situation: Situation,
  { answered, mayAsk }: { readonly answered: boolean; readonly mayAsk: boolean },
): Promise<CheckedTrust> {
  const { system, io, prompt } = context
  const { place, home } = situation
  if (place.project === null) return NOTHING
  const { projectSeen, reviewProject } = await import('../effects/sync/trust-review.ts')
  const seen = await projectSeen(system, situation)
  if (seen === null) return NOTHING
  const { trustState } = await import('../effects/store/trust.ts')
  const state = await trustState(system, home.here, seen)
  if (state === 'trusted') return NOTHING
  const { unreachedNotice, untrustedWords } = await import('../effects/sync/trust-keep.ts')
  const untrusted = untrustedWords(place.project, state)
  if (!answered && (!mayAsk || !prompt.able)) return { notices: [untrusted], changed: false }
  try {
    const review = await reviewProject(system, homeContext.open, syncOptions(context))
    const { trustScreen } = await import('./trust-screen.ts')
    io.note('This project is not trusted yet. Once trusted, it can start:')
    for (const line of trustScreen(review, io.verbose)) io.noteWhole(line, !answered)
    const granted = answered || (await prompt.confirm('Trust it until it changes?', { flag: '--trust', default: false }))
    if (!granted) return { notices: [untrusted], changed: true }
    const { grantTrust } = await import('../effects/sync/trust-grant.ts')
    const { unreached } = await grantTrust(system, homeContext, review.seen, { keys: review.keys, shown: review.view })
    return { notices: unreachedNotice(unreached), changed: true }
  } catch (error) {
    // The sync itself reports what cannot be pinned, and does all the rest.
    if (!(error instanceof TwinError) || error.code !== 'not-pinned') throw error
    return { notices: [untrusted, error.message], changed: true }
  }
}

/**
 * Installs what the servers of a trusted project are started from, on the side that is home. Answers what there is to say. Called
 * after everything else was written: what is trusted now counts.
 */
export async function installTrusted(context: Context, { world }: HomeContext, open: () => Promise<Situation>): Promise<readonly string[]> {
  const { system, io, options, signal } = context
  const { projectSeen, trustable } = await import('../effects/sync/trust-review.ts')
  const situation = await open()
  const { home, lock } = situation
  const seen = await projectSeen(system, situation)
  const { trustState } = await import('../effects/store/trust.ts')
  if (seen === null || (await trustState(system, home.here, seen)) !== 'trusted') return []
  const { manifest } = await trustable(system, situation, seen)
  const { installForProject } = await import('../effects/packages/for-project.ts')
  const progress = io.progress('Installing')
  try {
    const { environment, folder } = home
    const onProgress = (text: string): void => progress.update(text)
    const how = { offline: options.offline === true, signal, onProgress }
    // Its files name our launcher, and whoever cloned the project may never have run init.
    const { outcome, reason = '' } = Object.values(manifest.servers).some(isStartedByRun)
      ? await (await import('../effects/packages/self-install.ts')).installSelf(system, world, environment, folder, how)
      : { outcome: 'present' }
    const packages = await installForProject(system, world, { manifest, lock, environment, folder }, how)
    return outcome === 'failed' ? [`mcp-twin itself could not be installed: ${reason}`, ...packages] : packages
  } finally {
    progress.done()
  }
}
