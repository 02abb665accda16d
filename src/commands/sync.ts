import type { sync as spec } from '../cli/specs/sync.ts'
import type { Context, Run } from '../context.ts'
import { BRIDGE } from '../core/manifest/new-name.ts'
import { NOT_MANAGED } from '../core/plan/file.ts'
import { makePlan } from '../core/plan/plan.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { exitOf } from '../effects/sync/result.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { previewSync, runSync, type Source } from '../effects/sync/sync.ts'
import type { Situation } from '../effects/manifest/open.ts'
import type { OptionsOf } from '../model/command-line.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { awaitDesktop, withRunningDesktop } from './running-desktop.ts'
import { withDesktopConfig } from './desktop-config.ts'
import { reportSync } from './report-sync.ts'
import { listShared } from './shared-tools.ts'
import { syncOptions } from './sync-options.ts'
import { tryServers } from './trying.ts'
import { checkTrust, installTrusted } from './trust-project.ts'
import { unknownName } from './unknown.ts'

/** Makes every config match the manifest again. */
export const run: Run<typeof spec> = async (context, names, options) => {
  if (options.adopt === true && options.force === true)
    throw usageError('--adopt and --force cannot be combined: one keeps hand edits, the other overwrites them.', {
      hint: 'mcp-twin sync --help',
    })
  if (options.watch === true) checkWatchOptions(options)
  const whole = (['watch', 'refresh'] as const).find((name) => options[name] === true)
  if (names.length > 0 && whole !== undefined)
    throw usageError(`sync --${whole} takes no names: it is about every server.`, { hint: `mcp-twin sync --${whole}` })
  return atHome(context, { refresh: options.refresh === true }, (homeContext) => sync(context, homeContext, names, options))
}

async function sync(
  context: Context,
  homeContext: HomeContext,
  names: readonly string[],
  options: OptionsOf<typeof spec>,
): Promise<ExitCode> {
  const opened = await homeContext.open()
  if (names.length > 0) await demandNames(context, opened, names)
  const { settings, source } = await sourceOf(context, homeContext, opened, names, options)
  const preview = settings.check || settings.dryRun
  if (preview || (settings.prune && !context.options.yes)) {
    const situation = (await source.edit?.(opened))?.situation ?? opened
    const result = await previewSync(context.system, situation, settings)
    if (preview) {
      const { notices } = await checkTrust(context, homeContext, opened, { answered: false, mayAsk: false })
      reportSync(
        context,
        homeContext.world,
        { ...result, notices: [...result.notices, ...notices] },
        { command: 'sync', preview: true, named: names },
      )
      return exitOf(result, { check: settings.check })
    }
    await confirmPrune(
      context,
      result.steps.filter((step) => step.kind === 'remove' && step.reason === NOT_MANAGED).map((step) => step.server ?? ''),
    )
  }
  const trust = await checkTrust(context, homeContext, opened, { answered: options.trust === true, mayAsk: options.watch !== true })
  if (options.watch === true) return (await import('./watch.ts')).watch(context, homeContext, options)
  await awaitDesktop(context, homeContext, source, settings, options.waitForExit === true)
  // While a question was open or a program was awaited, others may have written.
  const isFresh = !context.prompt.able && options.waitForExit !== true && !trust.changed
  const result = await runSync(context.system, source, settings, 'sync', isFresh ? opened : undefined)
  const world = context.io.asJson ? homeContext.world : await withRunningDesktop(context, homeContext.world, result)
  const missing = opened.place.project === null ? [] : await installTrusted(context, homeContext, homeContext.open)
  const tried = await tryServers(context, homeContext, result, settings, options)
  const shared = await listShared(context, homeContext, settings, options, isFresh && result.run === null ? opened : undefined)
  const notices = [...new Set([...result.notices, ...trust.notices, ...missing, ...tried.notices, ...shared.notices])]
  const checked = { more: { checks: tried.checks }, checks: tried.lines, silent: tried.silent }
  reportSync(context, world, { ...result, notices }, { command: 'sync', preview: false, named: names, ...checked })
  return shared.exit(tried.exit(exitOf(result, { check: false })))
}

/** What changes the manifest before the sync: adopted hand edits, and the file that `--desktop-config` names. */
async function sourceOf(
  context: Context,
  { open }: HomeContext,
  opened: Situation,
  names: readonly string[],
  options: OptionsOf<typeof spec>,
): Promise<{ settings: SyncOptions; source: Source }> {
  const { system } = context
  const asked = syncOptions(context, options, names.length === 0 ? {} : { servers: new Set(names) })
  if (options.adopt !== true) {
    const edit = (situation: Situation) => withDesktopConfig(system, situation, null, asked)
    return { settings: asked, source: asked.desktopConfig === undefined ? { open } : { open, edit } }
  }
  const { namesCopy, takeFromCopy } = await import('../effects/sync/compose.ts')
  if (await namesCopy(system, opened, asked)) {
    const { desktopConfig: _, ...settings } = asked
    return { settings, source: { open, edit: (situation) => takeFromCopy(system, situation, asked) } }
  }
  const { adoption } = await import('../effects/sync/adopt.ts')
  const edit = async (situation: Situation) => withDesktopConfig(system, situation, await adoption(system, situation, asked), asked)
  return { settings: asked, source: { open, edit } }
}

/** Asks before `--prune` removes entries that others wrote; `--yes` answers. */
async function confirmPrune(context: Context, names: readonly string[]): Promise<void> {
  if (names.length === 0) return
  const sure = await context.prompt.confirm(`Remove ${names.join(', ')} (not managed by mcp-twin)? A backup is kept.`, {
    flag: '--yes',
    default: false,
  })
  if (!sure) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}

/** Flags for a single decision, which `--watch` would repeat unattended. */
const once = ['check', 'dryRun', 'adopt', 'force', 'prune', 'trust'] as const

/** Throws a usage error for such a flag, before any work. */
function checkWatchOptions(options: OptionsOf<typeof spec>): void {
  const wrong = once.find((name) => options[name] === true)
  if (wrong === undefined) return
  const flag = `--${wrong.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
  throw usageError(`--watch and ${flag} cannot be combined: ${flag} is for a single run.`, {
    hint: `mcp-twin sync ${flag}, then: mcp-twin sync --watch`,
  })
}

/** Throws with the nearest name if nothing here is called so: no server of the manifest, no entry of a config. */
async function demandNames(context: Context, situation: Situation, names: readonly string[]): Promise<void> {
  const { input } = await prepare(context.system, situation, syncOptions(context, {}, { resolve: false }))
  const { files } = makePlan(input)
  const known = new Set([
    ...[...Object.keys(situation.manifest.servers), BRIDGE],
    ...files.flatMap(({ plan }) => [...plan.unmanaged, ...plan.entries.flatMap(({ step }) => step.server ?? [])]),
  ])
  for (const name of names) if (!known.has(name)) throw unknownName('server', name, known, 'mcp-twin list')
}
