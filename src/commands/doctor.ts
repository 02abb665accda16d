import { checks } from '../catalog/checks/index.ts'
import { clients } from '../catalog/clients/index.ts'
import type { doctor as spec } from '../cli/specs/doctor.ts'
import type { Context, Run } from '../context.ts'
import { diagnose, isHealthy } from '../core/diagnose.ts'
import { bridgeJson, startedBridges } from '../core/doctor/bridge.ts'
import { withUsableRemedies } from '../core/doctor/fix.ts'
import { layout } from '../core/layout.ts'
import { nearest } from '../core/nearest.ts'
import { environmentJson } from '../core/participants.ts'
import { type FixResult, fixFiles, wouldFix } from '../effects/doctor/fix.ts'
import { observe } from '../effects/doctor/observe.ts'
import { notYours } from '../effects/machine/ownership-faults.ts'
import { reach, type Situation } from '../effects/manifest/open.ts'
import { outside } from '../effects/store/vet.ts'
import { runSync } from '../effects/sync/sync.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { Finding } from '../model/check.ts'
import type { Environment, World } from '../model/environment.ts'
import { visible } from '../ui/escape.ts'
import { describeFindings, sumOfFindings } from '../ui/findings.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { bridgeRules, storeIn } from './doctor-bridge.ts'
import { syncOptions } from './sync-options.ts'

interface Diagnosis {
  readonly findings: readonly Finding[]
  readonly sides: readonly Environment[]
  /** Every program's bridge as `--deep` started it, for the JSON document. */
  readonly bridges?: readonly Record<string, unknown>[]
}

type Flags = Omit<OptionsOf<typeof spec>, 'check'>

/** Finds out what is wrong, on both sides. It changes nothing unless `--fix` says so, and starts servers only with `--deep`. */
export const run: Run<typeof spec> = async (context, _args, options) => {
  const { check: wanted = [], ...flags } = options
  demandChecks(wanted)
  const mayBeAbsent = context.options.manifest === undefined
  return atHome(context, { mayBeAbsent, reportOnly: true }, async (homeContext) => {
    const first = await examine(context, homeContext, flags, wanted)
    if (flags.fix !== true) return report(context, homeContext.world, first, null)
    if (context.isDry === true)
      return report(
        context,
        homeContext.world,
        first,
        wouldFix(first.findings).map((what) => ({ what, trouble: null })),
      )
    const fixes = await fixAll(context, homeContext, flags, first.findings)
    const detect = first.findings.some(({ autofix }) => autofix?.kind === 'detect')
    return atHome(context, { mayBeAbsent, reportOnly: true, refresh: detect }, async (again) => {
      const drift = detect ? await fixAll(context, again, flags, (await examine(context, again, flags, wanted)).findings) : []
      return report(context, again.world, await examine(context, again, flags, wanted), [...fixes, ...drift])
    })
  })
}

function demandChecks(wanted: readonly string[]): void {
  const ids = checks.map(({ id }) => id)
  for (const id of wanted) {
    if (ids.includes(id)) continue
    const guess = nearest(id, ids)
    throw usageError(`Unknown check "${id}".`, {
      hint: guess === null ? `known checks: ${ids.join(', ')}` : `mcp-twin doctor --check ${guess}`,
    })
  }
}

async function examine(context: Context, homeContext: HomeContext, options: Flags, wanted: readonly string[]): Promise<Diagnosis> {
  const { io, system } = context
  const situation = await opened(homeContext)
  if (situation instanceof TwinError) return { findings: [unopened(situation)], sides: homeContext.world.environments }
  const link =
    options.deep === true && context.isDry !== true && situation.place.project === null && situation.manifest.bridge?.enabled !== false
      ? await (await import('./doctor-link.ts')).setLink(context, homeContext)
      : null
  const progress = io.progress(options.deep === true ? 'Starting every server' : 'Looking')
  try {
    const facts = await observe(system, situation, {
      sync: syncOptions(context, options, { resolve: false, progress: () => ({ update() {}, done() {} }) }),
      bridgeRules: () => bridgeRules(context, homeContext),
      store: () => storeIn(system, reach(homeContext.home, layout(homeContext.home.environment, homeContext.home.folder).bridge)),
      holdsKey: (text) => io.mask(text) !== text,
      deep:
        options.deep !== true
          ? null
          : {
              link: link?.value ?? null,
              keep: context.isDry !== true,
              hide: (value) => io.hide(value),
              mask: (text) => io.mask(text),
              told: (done, all, waiting) =>
                progress.update(`${done} of ${all}${waiting.length === 0 ? '' : `, waiting for ${waiting.slice(0, 3).join(', ')}`}`),
            },
    })
    if (context.signal.aborted) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
    const chosen = wanted.length === 0 ? checks : checks.filter(({ id }) => wanted.includes(id))
    const bridges = startedBridges(facts)?.map(bridgeJson(facts.bridge))
    return {
      findings: withUsableRemedies(facts, diagnose(chosen, facts)),
      sides: situation.sides,
      ...(bridges === undefined ? {} : { bridges }),
    }
  } finally {
    progress.done()
    await link?.clear()
  }
}

/** Unreadable records of ours become a finding; a bad manifest is a usage error, as in every command. */
async function opened(homeContext: HomeContext): Promise<Situation | TwinError> {
  try {
    return await homeContext.look()
  } catch (error) {
    if (error instanceof TwinError && ['damaged', 'bad-lock', outside].includes(error.code)) return error
    throw error
  }
}

const unopened = ({ code, message, hint, place }: TwinError): Finding => ({
  ...(code === outside
    ? { check: 'file-owners', group: 'keys', subject: 'outside the project' }
    : { check: 'in-sync', group: 'servers', subject: 'our records' }),
  ...{ level: 'error', message, fix: hint },
  ...(place === undefined ? {} : { detail: [place.file] }),
})

/** Fixes files first, since a sync refuses some of them unfixed; then runs one sync for everything that differs. */
async function fixAll(context: Context, homeContext: HomeContext, options: Flags, findings: readonly Finding[]): Promise<FixResult[]> {
  const { system, signal } = context
  const fixes = await fixFiles(system, homeContext.world, homeContext.home, findings, signal)
  if (!findings.some(({ autofix }) => autofix?.kind === 'sync')) return fixes
  const result = await runSync(system, { open: homeContext.open }, syncOptions(context, options), 'doctor').catch((error: unknown) => {
    if (error instanceof TwinError && error.code === notYours) return error
    throw error
  })
  if (result instanceof TwinError) return [...fixes, { what: 'no config was changed', trouble: result.message }]
  const labels = labelsFor(homeContext.world, clients)
  for (const step of result.steps) {
    if (step.outcome !== 'done' && step.outcome !== 'failed') continue
    if (step.kind !== 'install' && step.change === 'none') continue
    const where =
      step.client === null
        ? labels.environment(step.environment)
        : `${labels.client(step.client)} (${labels.environment(step.environment)})`
    const done = { add: 'added', update: 'updated', remove: 'removed', adopt: 'already correct; now managed', none: 'checked' }[step.change]
    const what =
      step.kind === 'install'
        ? `${where}: ${step.reason?.replace(/: .*/s, '') ?? 'a package'} installed`
        : `${where}: ${step.server ?? 'an entry'} ${done}`
    fixes.push({ what, trouble: step.outcome === 'failed' ? (step.reason ?? 'it failed') : null })
  }
  return fixes
}

function report(context: Context, world: World, { findings, sides, bridges }: Diagnosis, fixes: readonly FixResult[] | null): ExitCode {
  const ok = isHealthy(findings)
  context.io.json({
    command: 'doctor',
    ok,
    environments: sides.map(environmentJson),
    findings: findings.map(({ check, level, subject, message, fix, environment, detail }) => ({
      check,
      level,
      subject,
      message,
      fix: fix ?? null,
      ...(environment === undefined ? {} : { environment }),
      ...(detail === undefined || detail.length === 0 ? {} : { detail }),
    })),
    ...(bridges === undefined ? {} : { bridges }),
    ...(fixes === null
      ? {}
      : {
          fixed: fixes.map(({ what, trouble }) => ({
            what,
            outcome: trouble !== null ? 'failed' : context.isDry === true ? 'planned' : 'done',
            reason: trouble,
          })),
        }),
  })
  if (!context.io.asJson) reportDoctor(context, world, sides, findings, fixes)
  if (fixes?.some(({ trouble }) => trouble !== null)) return EXIT.failed
  return ok ? EXIT.ok : EXIT.attention
}

/** What doctor found, for a person: what was fixed, the findings by group, and the sum as the last line. */
function reportDoctor(
  { io, isDry }: Context,
  world: World,
  sides: readonly Environment[],
  findings: readonly Finding[],
  fixes: readonly FixResult[] | null,
): void {
  const { paint } = io
  if (fixes !== null) {
    io.out(paint.strong(isDry === true ? 'Would be fixed; nothing was changed' : 'Fixed'))
    if (fixes.length === 0) io.out('  nothing could be fixed without asking you')
    for (const { what, trouble } of fixes) {
      io.out(
        `  ${trouble !== null ? paint.bad('✗') : isDry === true ? paint.dim('·') : paint.good('✓')} ${visible(abbreviateHome(trouble === null ? what : `${what}: ${trouble}`, sides))}`,
      )
    }
  }
  const labels = labelsFor(world, clients)
  const view = {
    sides,
    label: labels.environment,
    paint,
    width: io.width === Number.POSITIVE_INFINITY ? io.width : Math.min(io.width, 120),
    verbose: io.verbose,
  }
  for (const line of describeFindings(findings, view)) io.out(line)
  io.out(`\n${sumOfFindings(findings)}`)
  if (findings.some(({ check, level, fix }) => check === 'server-starts' && level === 'skipped' && fix === 'mcp-twin doctor --deep'))
    io.note(paint.dim('No server was started. To start each of them: mcp-twin doctor --deep'))
}
