import { clientById, clients } from '../catalog/clients/index.ts'
import type { list as spec } from '../cli/specs/list.ts'
import type { Context, Run } from '../context.ts'
import { unmanagedIn } from '../core/import/from-files.ts'
import { isElsewhere } from '../core/manifest/machines.ts'
import { meansEnvironment } from '../core/participants.ts'
import { copiesIn, withoutColumns } from '../core/plan/copies.ts'
import { leftoverOf, type Matrix, matrixOf, ofOneFileEach, refusalsOf } from '../core/plan/matrix.ts'
import { switched } from '../core/plan/used.ts'
import { makePlan, type Plan, type PlannedFile } from '../core/plan/plan.ts'
import { machineName } from '../effects/machine/machine-name.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { mayHaveExtensions } from '../effects/extensions/places.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { EXIT, noManifest } from '../errors.ts'
import { hanging } from '../ui/width.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { describeMatrix } from '../ui/matrix.ts'
import { describeSteps } from '../ui/steps.ts'
import { atHome } from './at-home.ts'
import { loginWords, withLogins } from './list-logins.ts'
import { extensionWords } from './extension-words.ts'
import { leftWords, spokenOf } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/**
 * Shows which client has which server, also before there is a manifest. It writes nothing and touches no network; with `--tokens` it starts
 * each server once whose tools nobody has asked for yet.
 */
export const run: Run<typeof spec> = async (context, _args, options) => {
  const { io, system } = context
  return atHome(context, { mayBeAbsent: context.options.manifest === undefined }, async (homeContext) => {
    const opened = await homeContext.open()
    const hasManifest = opened.bytes !== null
    const situation = hasManifest ? opened : { ...opened, manifest: { ...opened.manifest, bridge: { enabled: false } } }
    // A client that is asked for is shown as it is, and does not take part for being asked for.
    const { input } = await prepare(system, situation, syncOptions(context, options, { resolve: false, clients: [], on: [] }))
    const whole = narrowed(makePlan(input), context)
    const plan = { ...whole, files: ofOneFileEach(whole.files) }
    const leftover = leftoverOf(whole)
    const rows = matrixOf(plan, situation.manifest, input.render.lock, unmanagedIn(plan, input))
    const matrix = await withLogins(system, situation, input, rows)
    const weighed =
      options.tokens === true
        ? await (await import('./list-tokens.ts')).weighList(context, homeContext, { situation, input, plan, matrix }, options)
        : null
    const extensions = (await mayHaveExtensions(system, situation))
      ? (await (await import('../effects/extensions/rows.ts')).installedRows(system, situation)).rows
      : []
    io.json({ command: 'list', ...withWhyOff(matrix, situation), ...weighed, leftover, extensions })
    if (io.asJson) return EXIT.ok
    if (weighed !== null) {
      for (const line of (await import('./list-tokens.ts')).describeWeights(weighed, homeContext, io)) io.out(line)
      return EXIT.ok
    }
    const labels = labelsFor(homeContext.world, clients)
    const copies = copiesIn(plan.files, matrix)
    const files = plan.files.filter((file) => !copies.includes(file)).map((file) => file.plan)
    const all = withoutColumns(matrix, copies)
    const shown = { ...all, unmanaged: spokenOf(all.unmanaged, io.verbose) }
    if (files.length > 0 && (matrix.servers.length > 0 || matrix.unmanaged.length > 0))
      for (const line of describeMatrix(shown, files, labels, io.paint, io.width)) io.out(line)
    for (const { plan: copy, observed } of copies)
      if (copy.present.size > 0)
        io.out(io.paint.dim(`${labels.client(observed.client.copyOf ?? '')}: also ${labels.file(copy.environment, copy.file)}`))
    const refusals = refusalsOf(plan).filter(
      (step) => !copies.some(({ plan: copy }) => copy.client === step.client && copy.environment === step.environment),
    )
    const steps = refusals.map((step) => ({
      ...step,
      reason: step.reason === null ? null : abbreviateHome(step.reason, homeContext.world.environments),
    }))
    const troubles = describeSteps(steps, labels, io.paint, io.width)
    troubles.push(...leftWords(shown.unmanaged).flatMap((text) => hanging(text, io.paint.dim('?'), io.width)))
    const at = abbreviateHome(situation.place.shown, homeContext.world.environments)
    troubles.push(...loginWords(all).flatMap((text) => hanging(text, io.paint.warn('!'), io.width)))
    troubles.push(...extensionWords(extensions, io.verbose).flatMap((text) => hanging(text, io.paint.dim('?'), io.width)))
    troubles.push(...elsewhereWords(situation).flatMap((text) => hanging(text, io.paint.dim('?'), io.width)))
    const words = sumWords(shown, leftover, situation, at)
    const lines = [...troubles, ...absentWords(context, plan.files, situation), ...(words.length === 0 ? [] : [words.join(' ')])]
    if (lines.length > 0)
      io.out(`${files.length > 0 && matrix.servers.length + matrix.unmanaged.length > 0 ? '\n' : ''}${lines.join('\n')}`)
    return EXIT.ok
  })
}

/** Only the clients and sides that were asked for. */
function narrowed(plan: Plan, { options: { client = [], on = [] } }: Context): Plan {
  const isShown = (id: string | null): boolean => id === null || client.length === 0 || client.includes(id)
  const files = plan.files.filter(
    ({ observed }) => isShown(observed.client.id) && (on.length === 0 || on.some((word) => meansEnvironment(word, observed.environment))),
  )
  const blocked = plan.blocked.filter((step) =>
    files.some(({ plan: file }) => file.client === step.client && file.environment === step.environment),
  )
  return { ...plan, files, blocked }
}

function sumWords(matrix: Matrix, leftover: ReturnType<typeof leftoverOf>, { bytes, place }: Situation, at: string): string[] {
  const off = matrix.servers.flatMap((row) => row.cells).filter((cell) => cell.hint === 'mcp-twin sync').length
  const rest = new Set(leftover.map((each) => each.server)).size
  const foreign = new Set(matrix.unmanaged.flatMap(({ reason, server }) => (reason === undefined ? [server] : []))).size
  const init = place.scope === 'project' ? 'mcp-twin init --project' : 'mcp-twin init'
  if (bytes === null) {
    const taken = foreign === 0 ? '' : ` and take ${foreign === 1 ? 'this server' : 'these servers'} into it`
    return [`${noManifest(at)} To make one${taken}: ${init}`]
  }
  const isEmpty = matrix.servers.length === 0
  return [
    isEmpty && matrix.unmanaged.length === 0 && rest === 0
      ? 'No servers yet. To add one: mcp-twin add NAME; to take over those of your programs: mcp-twin init'
      : isEmpty && matrix.unmanaged.length === 0
        ? 'The manifest has no servers.'
        : '',
    off === 0 ? '' : `${off} not in sync: mcp-twin sync.`,
    rest === 0 ? '' : `${rest} no longer wanted. To remove ${rest === 1 ? 'it' : 'them'}: mcp-twin sync.`,
    foreign === 0 ? '' : `${foreign} unmanaged. To add ${foreign === 1 ? 'it' : 'them'} to the manifest: mcp-twin sync --adopt.`,
  ].filter((text) => text !== '')
}

/** Why a server of other machines is off; null for one of this machine. */
function whyOff(name: string, { manifest, state }: Situation): string | null {
  const [server, machine] = [manifest.servers[name], machineName(state)]
  if (server === undefined || !isElsewhere(server, machine)) return null
  return `only on ${server.machines?.join(', ') || 'no machine'}. This machine is ${machine}.`
}

const elsewhereWords = (situation: Situation): string[] =>
  Object.keys(situation.manifest.servers).flatMap((name) => {
    const why = whyOff(name, situation)
    return why === null ? [] : [`${name} is off: ${why}`]
  })

const withWhyOff = (matrix: Matrix, situation: Situation) => ({
  ...matrix,
  servers: matrix.servers.map((row) => {
    const reason = whyOff(row.name, situation)
    return reason === null ? row : { ...row, reason }
  }),
})

/** One line for each client that was asked for and takes no part, or is not there. */
const absentWords = (
  { options: { client = [] } }: Context,
  files: readonly PlannedFile[],
  { manifest, place, sides }: Situation,
): string[] =>
  client
    .filter((id) => !files.some((file) => file.plan.client === id))
    .map((id) => {
      const known = clientById(id)
      const label = known?.label ?? id
      const isOff = known === null || known.switchedOn === true || sides.some((side) => switched(known, side, manifest) === false)
      return isOff || place.project !== null
        ? `${label} takes no part here. To add it: mcp-twin init --client ${id}`
        : `${label} was not found on this machine.`
    })
