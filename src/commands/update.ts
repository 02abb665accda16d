import { clients } from '../catalog/clients/index.ts'
import type { update as spec } from '../cli/specs/update.ts'
import type { Context, Run } from '../context.ts'
import { type Move, movesFor, type Versions } from '../core/update/moves.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { makeStep } from '../core/plan/step.ts'
import { exitOf, type SyncResult } from '../effects/sync/result.ts'
import { previewSync } from '../effects/sync/sync.ts'
import { lookUpVersions } from '../effects/sync/outdated.ts'
import type { Stays } from '../effects/sync/trial.ts'
import { updatePackages } from '../effects/sync/update.ts'
import { labelsFor } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { demandServer } from './servers.ts'
import { syncOptions } from './sync-options.ts'
import { listShared } from './shared-tools.ts'
import { type Tried, triedAs, tryServers } from './trying.ts'

/** Updates packages, each on all sides or on none. */
export const run: Run<typeof spec> = (context, [server], options) =>
  atHome(context, {}, async (homeContext) => {
    const { system } = context
    const situation = await homeContext.open()
    if (server !== undefined) demandServer(situation.manifest, server)
    // Whichever client or side was named: a package is updated everywhere or not at all.
    const settings = syncOptions(context, {}, { clients: [], on: [], untried: options.try === false })
    const versions = await lookUpVersions(system, situation, settings, server)
    const moves = movesFor(versions, options.latest === true)
    const troubles = versions.filter(({ trouble }) => trouble !== null)
    if (moves.length === 0) {
      const result = await previewSync(system, situation, { ...settings, resolve: false })
      const checked = triedAs(context, homeContext.world, { checks: [], untried: [] })
      return report(context, homeContext, { ...result, steps: troubleSteps(homeContext, troubles) }, [], [], checked, server)
    }
    if (context.isDry === true) return preview(context, moves)
    const { result, moved, stays, checked } = await updatePackages(system, homeContext.open, moves, settings)
    // A user's own servers were tried before anything named the new version; a project's are started from what is written.
    const tried =
      situation.place.project === null
        ? triedAs(context, homeContext.world, checked)
        : await tryServers(context, homeContext, result, settings, options)
    const shared = await listShared(context, homeContext, settings, options)
    return report(
      context,
      homeContext,
      {
        ...result,
        steps: [...troubleSteps(homeContext, troubles), ...result.steps],
        notices: [...result.notices, ...shared.notices],
      },
      moved,
      stays,
      tried,
      server,
    )
  })

/** What would be updated; whether the new versions answer is not known before they are installed. */
function preview({ io }: Context, moves: readonly Move[]): ExitCode {
  io.json({ command: 'update', dryRun: true, packages: moves.map((move) => documentOf(move, 'planned')) })
  for (const { to, from } of moves) io.out(`${to.name} ${from?.version ?? 'none'} → ${to.version}`)
  io.out('Nothing was changed. Each is installed beside the old version and must answer before it is used.')
  return EXIT.ok
}

const troubleSteps = ({ home }: HomeContext, versions: readonly Versions[]) =>
  versions.map(({ words, servers, trouble }) =>
    makeStep({
      kind: 'install',
      environment: home.environment.id,
      server: servers[0] ?? null,
      outcome: 'failed',
      reason: `${words}: ${trouble?.reason ?? ''}`,
      hint: trouble?.hint ?? null,
    }),
  )

const documentOf = ({ words, next, servers, from, to }: Move, outcome: string, stay?: Stays) => ({
  name: to.name,
  words: stay === undefined ? next : words,
  servers,
  from: from?.version ?? null,
  to: to.version,
  outcome,
  reason: stay?.reason ?? null,
  hint: stay?.hint ?? null,
})

function report(
  context: Context,
  homeContext: HomeContext,
  result: SyncResult,
  moved: readonly Move[],
  stays: readonly Stays[],
  tried: Tried,
  server: string | undefined,
): ExitCode {
  const { io } = context
  // The exit code covers only the server that was named, and those that have the same package.
  const named = [...moved, ...stays.map(({ move }) => move)].flatMap(({ servers }) => servers)
  const about = server === undefined ? undefined : new Set([server, ...named])
  const labels = labelsFor(homeContext.world, clients)
  for (const { to, from } of moved) io.out(`${io.paint.good('↑')} ${to.name} ${from?.version ?? 'none'} → ${to.version}`)
  for (const { move, environment } of stays)
    io.out(`${io.paint.bad('✗')} ${move.to.name} stays at ${move.from?.version ?? 'none'}: it failed on ${labels.environment(environment)}`)
  const packages = [...moved.map((move) => documentOf(move, 'updated')), ...stays.map((stay) => documentOf(stay.move, stay.outcome, stay))]
  if (moved.length === 0 && result.steps.length === 0) {
    io.json({ command: 'update', ...result, packages, checks: tried.checks })
    io.out('Every package is at the newest version that its range in the manifest allows.')
    io.note(io.paint.dim('To see versions beyond that range: mcp-twin outdated'))
    return exitOf(result, { check: false, about })
  }
  const notices = [...result.notices, ...tried.notices]
  const checked = { more: { packages, checks: tried.checks }, checks: tried.lines, silent: tried.silent }
  reportSync(
    context,
    homeContext.world,
    { ...result, notices },
    { command: 'update', preview: false, ...(about !== undefined && { about }), ...checked },
  )
  return tried.exit(exitOf(result, { check: false, about }), about)
}
