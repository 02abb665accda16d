import { localSeconds } from '../core/local-time.ts'
import type { sync as spec } from '../cli/specs/sync.ts'
import type { Context } from '../context.ts'
import { type ExitCode, TwinError, endedBy } from '../errors.ts'
import { openSituation, type Situation } from '../effects/manifest/open.ts'
import type { SyncResult } from '../effects/sync/result.ts'
import { watchHome } from '../effects/sync/watch.ts'
import { withWatchLock } from '../effects/store/lock.ts'
import { detectWorld } from '../effects/machine/detect.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { tilde } from '../ui/labels.ts'
import type { HomeContext } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/** Keeps running, and syncs whenever the manifest or a config changes. */
export async function watch(context: Context, homeContext: HomeContext, options: OptionsOf<typeof spec>): Promise<ExitCode> {
  const { system, io, signal } = context
  const { home, place } = homeContext
  // An unreadable manifest is an error at the start, as in any sync.
  await homeContext.open()
  const settings = { ...syncOptions(context, options), refresh: false, anySelf: true, keepsTrust: false }
  let before: SyncResult | null = null
  await withWatchLock(system, home.here, home.environment.id, (held) => {
    io.note(`Watching ${tilde(place.shown, home.environment.home)} and the files of all programs; Ctrl-C stops.`)
    return watchHome(system, {
      open: () => openAgain(context, homeContext),
      options: settings,
      waitForExit: options.waitForExit === true,
      home: home.here,
      manifest: place.here,
      held,
      report: (result) => {
        tell(context, homeContext, result, before)
        before = result
      },
      reportFailure: (error) => trouble(context, error),
    })
  })
  io.note('Stopped watching.')
  return endedBy(signal)
}

/** Detects the world again, mostly from the cache: after hours node may have moved, and a side may be back. */
async function openAgain({ system, signal }: Context, { home, place }: HomeContext): Promise<Situation> {
  const world = await detectWorld(system, { signal })
  const environment = world.environments.find(({ id }) => id === home.environment.id) ?? home.environment
  return openSituation(system, world, { ...home, environment }, place)
}

/** The steps, notices and unmanaged entries of a report. Those that the report before had too are not printed again. */
const standing = ({ steps, notices, unmanaged }: SyncResult): Set<string> =>
  new Set([...steps, ...notices, ...unmanaged].map((each) => JSON.stringify(each)))

/** The part of a result that no report before has said; null: there is none. */
export function news(result: SyncResult, before: SyncResult | null): SyncResult | null {
  if (before === null) return result
  const said = standing(before)
  const isNew = (each: unknown): boolean => !said.has(JSON.stringify(each))
  const steps = result.steps.filter((step) => (step.outcome === 'done' && step.change !== 'none') || isNew(step))
  const [notices, unmanaged] = [result.notices.filter(isNew), result.unmanaged.filter(isNew)]
  const isStill = steps.length + notices.length + unmanaged.length === 0 && !result.changed && result.inSync === before.inSync
  return isStill ? null : { ...result, steps, notices, unmanaged }
}

function tell(context: Context, homeContext: HomeContext, result: SyncResult, before: SyncResult | null): void {
  const { io, system } = context
  io.jsonLine({ command: 'sync', at: new Date(system.now()).toISOString(), ...result })
  const fresh = io.verbose ? result : news(result, before)
  if (io.asJson || fresh === null) return
  io.out(io.paint.dim(localSeconds(system.now())))
  reportSync(context, homeContext.world, fresh, { command: 'sync', preview: false })
}

function trouble({ io, system }: Context, error: unknown): void {
  const { code, message, hint, place } =
    error instanceof TwinError
      ? error
      : { code: 'crash', message: error instanceof Error ? error.message : String(error), hint: undefined, place: undefined }
  const at = new Date(system.now()).toISOString()
  io.jsonLine({ command: 'sync', at, error: { code, message: io.mask(message), ...place, hint } })
  if (io.asJson) return
  const where = place === undefined ? '' : ` (${[place.file, place.line, place.column].filter((part) => part !== undefined).join(':')})`
  io.error(`${io.paint.dim(localSeconds(system.now()))} ${io.paint.bad('✗')} ${message}${where}`)
  if (hint !== undefined) io.error(`  ${io.paint.dim('→')} ${hint}`)
}
