import { count } from '../core/count.ts'
import { clients } from '../catalog/clients/index.ts'
import type { uninstall as spec } from '../cli/specs/uninstall.ts'
import type { Context, Run } from '../context.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { layout } from '../core/layout.ts'
import { ownRoot } from '../effects/packages/own-program.ts'
import { contentsOf } from '../effects/undo/folders.ts'
import { ownFolders, previewUninstall, type Uninstalled, uninstall, uninstallProject } from '../effects/undo/uninstall.ts'
import type { NativePath } from '../model/path.ts'
import type { Step } from '../model/plan.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor, tilde } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { stepLines } from './report-sync.ts'
import { lostWords, unsentHere, unsentWords } from './uninstall-unsent.ts'

/** Uninstalls mcp-twin. Manifest, keys and backups stay in home, unless `--purge`. */
export const run: Run<typeof spec> = (context, _args, options) =>
  atHome(context, { mayBeAbsent: true }, async (homeContext) => {
    const { system, io } = context
    const { world, home } = homeContext
    if (context.options.manifest !== undefined) await demandManifest(homeContext)
    const purge = options.purge === true
    const places = await ownFolders(system, world, home)
    const contents = await Promise.all(places.map(({ environment, folder }) => contentsOf(system, environment, folder)))
    const owned = contents.find((_, at) => places[at]?.environment.id === home.environment.id)?.owned ?? []
    if (places.length === 0 || (!purge && !contents.some((each) => each.installed) && contents.some((each) => each.owned.length > 0))) {
      io.json({ command: 'uninstall', changed: false, run: null, steps: [], ended: [], removed: [], kept: [], notices: [] })
      io.out('Nothing to uninstall: mcp-twin is not installed here.')
      if (owned.length > 0) io.out([`${keptWords(home, owned)}.`, ...waysOn(home, owned).map((way) => `  → ${way}`)].join('\n'))
      return EXIT.ok
    }
    const project = options.all === true ? null : homeContext.place.root
    const planned = await previewUninstall(system, world, home, project ?? undefined)
    const extent: Extent = { purge, project, owned, unsent: purge && project === null ? await unsentHere(context, homeContext) : 0 }
    if (options.dryRun === true) return preview(context, homeContext, planned, extent)
    await confirm(context, homeContext, planned, extent)
    const progress = io.progress('Uninstalling')
    try {
      const done =
        project === null
          ? await uninstall(system, world, home, purge, context.options.offline === true)
          : await ofProject(context, homeContext, project)
      progress.done()
      return report(context, homeContext, done, extent)
    } finally {
      progress.done()
    }
  })

/** Throws where what `--manifest` names is no manifest: who names one means its entries, and not all there is. */
async function demandManifest({ home, open, place }: HomeContext): Promise<void> {
  const { bytes } = await open()
  if (bytes === null)
    throw usageError(`There is no manifest ${tilde(place.shown, home.environment.home)}.`, {
      hint: 'to see what is installed: mcp-twin uninstall --dry-run',
    })
}

type Home = HomeContext['home']

interface Extent {
  readonly purge: boolean
  /** The project whose entries alone are removed; null: everything is. */
  readonly project: string | null
  /** What of the user's own lies in home: an undo may have taken the manifest away. */
  readonly owned: readonly NativePath[]
  /** Writes that only this machine has, and that are deleted: the store server was not reached. */
  readonly unsent: number
}

const ofProject = async ({ system }: Context, { world, home }: HomeContext, project: string): Promise<Uninstalled> => ({
  ...(await uninstallProject(system, world, home, project)),
  ...{ ended: [], removed: [], kept: [], elsewhere: [], troubles: [] },
})

/** What would stand in each file afterwards, and what else becomes of this machine: the same before the question and in a dry run. */
function show({ io }: Context, { home, world }: HomeContext, planned: readonly Step[], extent: Extent, say: (line: string) => void): void {
  for (const line of stepLines(planned, labelsFor(world, clients), io)) say(line)
  for (const line of whatElse(home, planned, extent)) say(line)
}

/** Servers of the user's own, which do not go with ours. */
const ownServers = (planned: readonly Step[]): string[] => [
  ...new Set(planned.flatMap(({ kind, server }) => (kind === 'write' && server !== null ? [server] : []))),
]

const whatElse = (home: Home, planned: readonly Step[], extent: Extent): string[] => {
  const own = ownServers(planned).map(visible)
  return [
    ...(own.length === 0 ? [] : [`Your own servers come back: ${own.join(', ')}.`]),
    besides(home, extent),
    ...unsentWords(extent.unsent),
  ]
}

const besides = (home: Home, { purge, project, owned }: Extent): string => {
  if (project !== null)
    return `Nothing but the files of ${tilde(project, home.environment.home)} changes${purge ? ', and --purge deletes nothing' : ''}; --all uninstalls everything.`
  const gone = 'Packages and programs on every side are removed'
  const names = namesOf(home, owned)
  if (names.length === 0) return `${gone}.`
  return purge
    ? `${gone}; ${listed(names)} ${be(names)} deleted too, for good.`
    : `${gone}; ${listed(names)} ${be(names)} kept (--purge deletes ${be(names) === 'is' ? 'it' : 'them'} too).`
}

function preview(context: Context, homeContext: HomeContext, planned: readonly Step[], extent: Extent): ExitCode {
  const { io } = context
  const notices = whatElse(homeContext.home, planned, extent)
  io.json({ command: 'uninstall', changed: false, run: null, steps: planned, ended: [], removed: [], kept: [], notices })
  if (!io.asJson) {
    show(context, homeContext, planned, extent, (line) => io.out(line))
    io.out(io.paint.strong('Nothing was changed (--dry-run).'))
  }
  return planned.some(({ outcome }) => outcome !== 'planned') ? EXIT.attention : EXIT.ok
}

async function confirm(context: Context, homeContext: HomeContext, planned: readonly Step[], extent: Extent): Promise<void> {
  if (context.options.yes === true) return
  const { io } = context
  if (context.prompt.able) show(context, homeContext, planned, extent, (line) => io.noteWhole(line, true))
  const back = ownServers(planned).length === 0 ? '' : ' Your own servers come back.'
  const lost = extent.unsent === 0 ? '' : ` ${count(extent.unsent, 'write is', 'writes are')} lost.`
  const question = `${extent.project === null ? 'Uninstall mcp-twin?' : 'Take our entries out of this project?'}${back}${lost}`
  const sure = await context.prompt.confirm(question, { flag: '--yes', default: false })
  if (!sure) throw new TwinError('cancelled', 'Cancelled; nothing was changed.', { exit: EXIT.cancelled })
}

function report(context: Context, { world, home }: HomeContext, done: Uninstalled, { purge, project, unsent }: Extent): ExitCode {
  const { io } = context
  const { steps, run, ended, removed, troubles, elsewhere } = done
  const kept = [...done.kept, ...elsewhere.map(({ environment, path }) => ({ environment, path }))]
  const isStopped = steps.some(({ outcome }) => outcome !== 'done')
  const own = done.kept.flatMap(({ environment, path }) => (environment === home.environment.id ? [path] : []))
  const notices = [
    ...troubles.map(({ environment, reason }) => `${environment}: ${reason}`),
    ...elsewhereWords(elsewhere),
    ...lostWords(unsent, isStopped),
    ...(own.length > 0 && !isStopped ? [`${keptWords(home, own)}; ${waysOn(home, own).join('; ')}`] : []),
  ]
  io.json({
    command: 'uninstall',
    changed: steps.length > 0 || removed.length > 0,
    run: purge && project === null ? null : run,
    steps,
    ended,
    removed,
    kept,
    notices,
  })
  if (!io.asJson) {
    const labels = labelsFor(world, clients)
    for (const line of stepLines(steps, labels, io)) io.out(line)
    for (const side of world.environments) {
      const gone = removed.filter(({ environment }) => environment === side.id).length
      const stopped = ended.filter(({ environment }) => environment === side.id).length
      if (gone === 0 && stopped === 0) continue
      const left = kept.filter(({ environment }) => environment === side.id).map(({ path }) => labels.file(side.id, path))
      io.out(io.paint.strong(labels.environment(side.id)))
      if (stopped > 0) io.out(`  ${io.paint.warn('-')} ${count(stopped, 'running process', 'running processes')} ended`)
      io.out(`  ${io.paint.warn('-')} programs and packages removed`)
      if (left.length > 0) io.out(`  ${io.paint.dim('·')} kept: ${left.join(', ')}`)
    }
    for (const { environment, reason, hint } of troubles)
      io.out(`${io.paint.warn('!')} ${labels.environment(environment)}: ${reason}\n  ${io.paint.dim('→')} ${hint}`)
    for (const words of [...elsewhereWords(elsewhere), ...lostWords(unsent, isStopped)]) io.out(`${io.paint.dim('·')} ${words}`)
    io.out(project === null || isStopped ? lastWords(home, isStopped, own) : projectWords(home, project, purge))
  }
  if (steps.some(({ outcome }) => outcome === 'failed')) return EXIT.failed
  if (troubles.some(({ isFailure }) => isFailure)) return EXIT.failed
  return isStopped || troubles.length > 0 ? EXIT.attention : EXIT.ok
}

/** One line a prefix: the packages kept in it, and the command that removes them. */
function elsewhereWords(elsewhere: Uninstalled['elsewhere']): string[] {
  const prefixes = new Map<string, string[]>()
  for (const { environment, prefix, name } of elsewhere) {
    const where = `${environment}: ${prefix}`
    prefixes.set(where, [...(prefixes.get(where) ?? []), name])
  }
  return [...prefixes].map(([where, names]) => {
    const prefix = where.slice(where.indexOf(': ') + 2)
    return `${where} keeps ${names.join(', ')}, which other programs may use too: npm uninstall -g --prefix ${prefix} ${names.join(' ')}`
  })
}

/** What of the user's own is there, in words; an undo may have taken the manifest away. */
function namesOf({ environment, folder }: Home, kept: readonly NativePath[]): string[] {
  const at = layout(environment, folder)
  const names = [
    [at.manifest, 'manifest'],
    [at.secrets, 'keys'],
    [at.bridge, 'memory'],
    [at.backups, 'backups'],
  ] as const
  return names.flatMap(([path, name]) => (kept.includes(path) ? [name] : []))
}

const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const be = (names: readonly string[]): string => (names.length === 1 && !names[0]?.endsWith('s') ? 'is' : 'are')

/** What is there still, and where. */
function keptWords(home: Home, kept: readonly NativePath[]): string {
  const names = namesOf(home, kept)
  return `${names.length === 0 ? 'What is kept is' : `Your ${listed(names)} ${be(names)}`} in ${tilde(home.folder, home.environment.home)}`
}

/** Where npm still knows the program: the folder that it runs from, unless that is a copy of ours, which went with the rest. */
function checkout({ environment, folder }: Pick<Home, 'environment' | 'folder'>): string {
  const root = ownRoot()
  if (root === null || root.startsWith(folder) || /[\\/]node_modules[\\/]/.test(root)) return 'your checkout of mcp-twin'
  return tilde(root, environment.home)
}

/** Both ways on from there: the command that was typed may be gone, and npm knows the name only where the program lies. */
const waysOn = ({ environment, folder }: Home, kept: readonly NativePath[]): string[] => [
  kept.includes(layout(environment, folder).manifest)
    ? `in ${checkout({ environment, folder })}, to set the same servers up again: npx mcp-twin sync --adopt`
    : `in ${checkout({ environment, folder })}, to begin anew: npx mcp-twin init`,
  `to delete ${kept.length === 1 ? 'this' : 'them'} too: npx mcp-twin uninstall --purge`,
]

const projectWords = ({ environment }: Home, project: string, purge: boolean): string =>
  [
    `The files of ${tilde(project, environment.home)} hold nothing of ours any more. Its manifest and the program are as they were${purge ? ': --purge deletes nothing here' : ''}.`,
    'To uninstall everything:',
    '  → mcp-twin uninstall --all',
  ].join('\n')

function lastWords(home: Home, isStopped: boolean, kept: readonly NativePath[]): string {
  if (isStopped)
    return 'Not every entry could be removed, so the packages and programs they use were kept. Fix these files, then: mcp-twin uninstall'
  if (kept.length === 0) return 'mcp-twin is uninstalled.'
  return [`mcp-twin is uninstalled. ${keptWords(home, kept)}.`, ...waysOn(home, kept).map((way) => `  → ${way}`)].join('\n')
}
