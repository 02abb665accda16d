import { count } from '../core/count.ts'
import { clientById, clients } from '../catalog/clients/index.ts'
import type { Context } from '../context.ts'
import { quoted } from '../core/doctor/names.ts'
import { withoutCopies } from '../core/plan/copies.ts'
import { isOfOthers, type SyncResult } from '../effects/sync/result.ts'
import type { World } from '../model/environment.ts'
import type { Step } from '../model/plan.ts'
import { visible } from '../ui/escape.ts'
import { abbreviateHome, labelsFor } from '../ui/labels.ts'
import { describeSteps, type Detail, type Labels } from '../ui/steps.ts'
import { hanging } from '../ui/width.ts'

export interface ReportOptions {
  readonly command: string
  /** Nothing was done: `--check` or `--dry-run`. */
  readonly preview: boolean
  /** Default: the values of what a preview would update, else the names of the fields. */
  readonly detail?: Detail
  /** Further fields of the JSON document. */
  readonly more?: Record<string, unknown>
  /** What the same screen has shown before it was done; said again only with `--verbose`. */
  readonly agreed?: { readonly steps: readonly Step[]; readonly notes: readonly string[] }
  /** What became of the manifest; default: that it was saved. */
  readonly saved?: string | undefined
  /** The servers that a command is about: refusals of others were there before, and are only counted. */
  readonly about?: ReadonlySet<string>
  /** The run looked at these servers only. Absent or empty: at all. */
  readonly named?: readonly string[]
  /** Servers already reported as not managed, with the reason: adopting would not take them either. */
  readonly kept?: ReadonlySet<string>
  /** Lines between what was done and the sum. */
  readonly checks?: readonly string[]
  /** Servers that were tried and did not answer. */
  readonly silent?: readonly string[]
  /** The last line: what to do next. */
  readonly farewell?: string
}

/** Prints what a sync did or would do: steps by file, notices, the sum, and the next steps for the user. */
export function reportSync(context: Context, world: World, result: SyncResult, options: ReportOptions): void {
  const { io } = context
  io.json({ command: options.command, ...result, ...options.more })
  if (io.asJson) return
  const labels = labelsFor(world, clients)
  const before = result.steps.filter((step) => isOfOthers(step, options.about))
  const shown = result.steps.filter((step) => !before.includes(step))
  const agreed = io.verbose ? undefined : options.agreed
  const isNews = (step: Step): boolean => step.outcome !== 'done' || agreed?.steps.some((each) => isSameStep(each, step)) !== true
  const steps = shown
    .filter(isNews)
    .map((step) => (step.reason === null ? step : { ...step, reason: abbreviateHome(step.reason, world.environments) }))
  for (const line of stepLines(steps, labels, io, options.detail ?? (options.preview ? 'updates' : 'names'))) io.out(line)
  for (const notice of result.notices.filter((text) => agreed?.notes.includes(text) !== true))
    for (const line of hanging(visible(abbreviateHome(notice, world.environments)), io.paint.warn('!'), io.width)) io.out(line)
  const unmanaged = spokenOf(result.unmanaged, io.verbose)
  if (unmanaged.length > 0 && options.command !== 'undo') {
    const names = [...new Set(unmanaged.flatMap(({ reason, server }) => (reason === undefined ? [visible(server)] : [])))]
    const [listed, one] = [names.join(', '), names.length === 1]
    if (names.length > 0) {
      for (const line of hanging(`not managed by mcp-twin: ${listed}`, io.paint.dim('?'), io.width)) io.out(line)
      if (names.some((name) => options.kept?.has(name) !== true)) {
        io.out(`  ${io.paint.dim('→')} to add ${one ? 'it' : 'them'} to the manifest: mcp-twin sync --adopt`)
        io.out(
          `  ${io.paint.dim('→')} to leave ${one ? 'it' : 'them'}, and hear no more of ${one ? 'it' : 'them'}: mcp-twin ignore ${names.map(quoted).join(' ')}`,
        )
      }
    }
    const fresh = unmanaged.filter(({ server }) => io.verbose || options.kept?.has(server) !== true)
    for (const words of leftWords(fresh)) for (const line of hanging(words, io.paint.dim('?'), io.width)) io.out(line)
  }
  for (const line of options.checks ?? []) io.out(line)
  io.out(io.paint.strong(sum({ ...result, steps: shown }, options)))
  if (before.length > 0) {
    const names = [...new Set(before.map(({ server }) => visible(server ?? '')))]
    for (const line of hanging(`as before, not in order: ${names.join(', ')}`, io.paint.dim('·'), io.width)) io.out(line)
    io.out(`  ${io.paint.dim('→')} to see why: mcp-twin list`)
  }
  for (const line of restartLines(world, result, labels, context)) io.out(line)
  const undo = `mcp-twin undo${options.command === 'undo' ? ` ${result.run}` : ''}`
  if (options.farewell !== undefined) io.out(io.paint.dim(options.farewell))
  else if (result.run !== null && result.changed) io.note(io.paint.dim(`Not what you wanted? ${undo}`))
}

/** Steps as a person reads them; a file that repeats another one is named in a line of its own. */
export function stepLines(steps: readonly Step[], labels: Labels, { paint, width }: Context['io'], detail?: Detail): string[] {
  const { steps: told, copies } = withoutCopies(steps, (id) => clientById(id)?.copyOf)
  const also = copies.map(({ environment, of, file }) => paint.dim(`${labels.client(of)}: also ${labels.file(environment, file)}`))
  return [...describeSteps(told, labels, paint, width, detail), ...also]
}

/** A step and what became of it. */
const isSameStep = (one: Step, other: Step): boolean =>
  (['kind', 'environment', 'client', 'file', 'server', 'change', 'reason'] as const).every((field) => one[field] === other[field])

/** What is said of entries that no manifest has: not those that a person ignores, unless all is to be said. */
export const spokenOf = <One extends { readonly ignored?: true }>(unmanaged: readonly One[], isVerbose: boolean): One[] =>
  unmanaged.filter((each) => each.ignored !== true || isVerbose)

/** One line a server that no manifest has and that cannot be taken into one. */
export const leftWords = (unmanaged: SyncResult['unmanaged']): string[] => [
  ...new Set(
    unmanaged.flatMap(({ reason, server }) =>
      reason === undefined ? [] : [`${visible(server)}: not managed by mcp-twin, since ${reason}`],
    ),
  ),
]

function restartLines(world: World, result: SyncResult, labels: ReturnType<typeof labelsFor>, { io }: Context): string[] {
  if (result.restart.length === 0) return []
  const ways = result.restart.map((id) => {
    const client = clientById(id)
    const running = world.environments.some((side) =>
      client?.processes?.some((name) => side.running.some((seen) => seen.toLowerCase() === name.toLowerCase())),
    )
    const warning = running && client?.writesBack === true ? `${labels.client(id)} is running and may overwrite its config: ` : ''
    return `${warning}${client?.restart ?? `start ${labels.client(id)} again`}`
  })
  return [io.paint.strong('To finish:'), ...ways.flatMap((way) => hanging(way, io.paint.accent('•'), io.width))]
}

function sum(result: SyncResult, { command, preview, silent = [], named = [], saved }: ReportOptions): string {
  const of = (outcome: string) => result.steps.filter((step) => step.outcome === outcome && step.kind !== 'install')
  const parts: string[] = []
  const planned = result.steps.filter((step) => step.outcome === 'planned')
  const [taken, done] = [of('done').filter((step) => step.change === 'adopt'), of('done').filter((step) => step.change !== 'adopt')]
  if (preview && planned.length > 0) parts.push(`${count(planned.length, 'step')} to do`)
  const back = done.filter((step) => step.change !== 'none')
  if (command === 'undo' && done.length > 0) parts.push(back.length > 0 ? `${count(back.length, 'file')} restored` : 'nothing to restore')
  else if (done.length > 0) parts.push(writtenWords(done))
  if (taken.length > 0) parts.push(`${count(taken.length, 'entry', 'entries')} already correct; now managed`)
  const left = of('refused').length + of('skipped').length
  if (left > 0) parts.push(`${left} left alone`)
  const failed = result.steps.filter((step) => step.outcome === 'failed').length
  if (failed > 0) parts.push(`${failed} failed`)
  if (silent.length > 0) parts.push(`${count(silent.length, 'server')} ${silent.length === 1 ? 'does' : 'do'} not answer`)
  if (parts.length === 0 && command === 'undo' && result.run === null) return 'Nothing to undo: every run is undone, or changed nothing.'
  if (parts.length === 0 && result.inSync) return stillWords(result, named, saved)
  if (parts.length === 0) return result.changed ? `${saved ?? 'Manifest saved'}; no config was changed.` : 'The manifest needed no change.'
  if (!preview && result.changed && saved !== undefined) return `${saved}; ${parts.join(', ')}.`
  return `${parts.join(', ')}${preview ? '; nothing was changed' : ''}.`
}

/** The sum of a sync that wrote no config, since all are in sync. */
function stillWords({ changed, steps }: SyncResult, named: readonly string[], saved = 'Manifest saved'): string {
  const installed = steps.filter((step) => step.kind === 'install' && step.outcome === 'done' && step.change !== 'none').length
  const state =
    named.length === 0 ? 'every config is in sync' : `${named.map(visible).join(', ')} ${named.length === 1 ? 'is' : 'are'} in sync`
  if (installed > 0) return `${installed} installed; ${state}.`
  if (changed) return `${saved}; ${state}.`
  return named.length === 0 ? 'Everything is in sync; nothing to do.' : `${state}; nothing to do.`
}

function writtenWords(all: readonly Step[]): string {
  // launches.json on the other side, and the command on PATH, are no entries of a client.
  const [done, own] = [all.filter(({ client }) => client !== null), all.filter(({ client }) => client === null)]
  const isLaunches = ({ file }: Step): boolean => file?.endsWith('launches.json') === true
  const others = [
    ...(own.some(isLaunches) ? ['launches.json updated'] : []),
    ...(own.every(isLaunches) ? [] : ['the command mcp-twin written']),
  ]
  if (done.length === 0) return others.join(', ')
  const removed = done.filter((step) => step.change === 'remove').length
  const written = done.filter((step) => step.change === 'add' || step.change === 'update').length
  const words = [
    ...(written > 0 ? [`${count(written, 'entry', 'entries')} written`] : []),
    ...(removed > 0 ? [`${written > 0 ? removed : count(removed, 'entry', 'entries')} removed`] : []),
    ...others,
  ]
  return words.length === 0 ? `${count(done.length, 'outdated record')} removed` : words.join(', ')
}
