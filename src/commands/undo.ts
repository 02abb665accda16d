import { count } from '../core/count.ts'
import { localTime } from '../core/local-time.ts'
import { clientById, clients } from '../catalog/clients/index.ts'
import { unmanagedIn } from '../core/import/from-files.ts'
import { keysOfAll } from '../core/manifest/names.ts'
import { makePlan } from '../core/plan/plan.ts'
import type { undo as spec } from '../cli/specs/undo.ts'
import type { Context, Run, VerbsOf } from '../context.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import { withRunLock } from '../effects/store/lock.ts'
import { writeLaunches } from '../effects/run/launches.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { differs, exitOf, restartsFor, type SyncResult } from '../effects/sync/result.ts'
import { stepsOf } from '../effects/sync/steps.ts'
import { restoreTrust } from '../effects/sync/trust-keep.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { type HeldBytes, heldBytes } from '../effects/store/undo.ts'
import { keyProjects } from '../effects/manifest/key-users.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { runsOf, type Undone, undo } from '../effects/undo/undo.ts'
import { visible } from '../ui/escape.ts'
import { labelsFor } from '../ui/labels.ts'
import type { Labels } from '../ui/steps.ts'
import { align, wrap } from '../ui/width.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { syncOptions } from './sync-options.ts'

/** Undoes a run, or shows what that would do. */
export const run: Run<typeof spec> = (context, [id], { dryRun, force = false }) =>
  atHome(context, { mayBeAbsent: true }, (homeContext) => (dryRun === true ? preview : takeBack)(context, homeContext, id, force))

export const verbs: VerbsOf<typeof spec> = {
  list: (context) => atHome(context, { mayBeAbsent: true }, (homeContext) => listThem(context, homeContext)),
}

/** Whether a file is the user's, and not a record of ours that is restored along with it. */
const isOfUser = ({ client, file }: { client: string | null; file: string }): boolean => client !== null || !/[\\/]state\.json$/.test(file)

const filesWords = (number: number): string => count(number, 'file')

async function listThem(context: Context, homeContext: HomeContext): Promise<ExitCode> {
  const { io } = context
  const runs = await runsOf(context.system, homeContext)
  io.json({
    command: 'undo',
    runs: runs.map(({ id, at, command, files }) => {
      const changes = files.flatMap((file) => {
        const { environment, client, file: path } = file
        return changesOf(file, command).map(({ entry, change, fields }) => ({
          environment,
          client,
          file: path,
          server: entry,
          change,
          fields,
        }))
      })
      const named = files.filter(isOfUser).map((file) => file.file)
      return { id, at, command, files: named, ...(changes.length === 0 ? {} : { changes }) }
    }),
  })
  if (io.asJson) return EXIT.ok
  const labels = labelsFor(homeContext.world, clients)
  const heads = align(
    runs.map(({ id, at, command, files, undone, undoes, damaged }) => [
      id,
      localTime(at),
      command,
      filesWords(files.filter(isOfUser).length),
      damaged ? 'damaged' : undone ? 'undone' : undoes !== null ? `undid ${undoes}` : '',
    ]),
  )
  runs.forEach((run, at) => {
    io.out(heads[at])
    for (const line of changedLines(run, labels))
      wrap(line.trimStart(), io.width - 8).forEach((each, nth) => {
        io.out(`${' '.repeat(nth > 0 ? 8 : line.startsWith(' ') ? 4 : 2)}${each}`)
      })
  })
  if (runs.length === 0) io.out('No run has changed anything yet.')
  return EXIT.ok
}

type StoredRun = Awaited<ReturnType<typeof runsOf>>[number]
type StoredFile = StoredRun['files'][number]

/** What a run changed in one file; older backups, and those of an uninstall, know the names of the entries only. */
const changesOf = ({ client, entries, changes }: StoredFile, command: string): NonNullable<StoredFile['changes']> =>
  client === null ? [] : (changes ?? entries.map((entry) => ({ entry, change: command === 'uninstall' ? 'remove' : 'update', fields: [] })))

/** What a run changed: files with the same changes, under one heading, and of a file that repeats another one nothing more. */
function changedLines({ files, command }: Pick<StoredRun, 'files' | 'command'>, labels: Labels): string[] {
  const headings = new Map<string, string[]>()
  const linesOf = (file: StoredFile): string => entryLines(changesOf(file, command)).join('\n')
  for (const file of files) {
    const lines = linesOf(file)
    if (file.client === null || lines === '') continue
    const { copyOf } = clientById(file.client) ?? {}
    if (files.some((each) => each.client === copyOf && each.environment === file.environment && linesOf(each) === lines)) continue
    headings.set(lines, [...(headings.get(lines) ?? []), `${labels.client(file.client)} (${labels.environment(file.environment)})`])
  }
  if (headings.size === 0) return manifestLines(files)
  return [...headings].flatMap(([lines, names]) => [names.join(', '), ...lines.split('\n').map((line) => `  ${line}`)])
}

/** The servers that a run changed in the manifest alone. */
const manifestLines = (files: readonly StoredFile[]): string[] =>
  files.flatMap(({ servers = [] }) => (servers.length === 0 ? [] : `manifest: ${servers.map(({ server }) => visible(server)).join(', ')}`))

/** `+ memory, filesystem`, `- old`, and one line for each updated entry: `~ tavily: args, env.TAVILY_API_KEY`. */
function entryLines(changes: ReturnType<typeof changesOf>): string[] {
  const named = (kind: string): string => changes.flatMap(({ entry, change }) => (change === kind ? visible(entry) : [])).join(', ')
  const updated = changes.filter(({ change }) => change !== 'add' && change !== 'remove')
  return [
    ...(['add', 'remove'] as const).flatMap((kind) => (named(kind) === '' ? [] : `${kind === 'add' ? '+' : '-'} ${named(kind)}`)),
    ...updated.map(({ entry, fields }) => `~ ${visible(entry)}${fields.length > 0 ? `: ${fields.map(visible).join(', ')}` : ''}`),
  ]
}

/** What was undone and what was not, and what is to be done about it. */
function undoneWords({ id, command, complete, changed, older }: Undone, isMissing: boolean): string[] {
  const rest = older === null ? '' : `; to undo the run before it: mcp-twin undo ${older}`
  return [
    complete
      ? `run ${id} undone${command === 'uninstall' ? '' : '; keys and packages are kept'}`
      : `${changed ? `run ${id} is undone in part` : `nothing of run ${id} could be undone`}: see above${rest}`,
    ...(isMissing ? ['programs that these entries start are not installed. To install them: mcp-twin sync'] : []),
  ]
}

/** The stored keys that nothing asks for any more, and how to remove them. A project uses keys of home, whose undo is another one. */
async function keptKeys({ system }: Context, homeContext: HomeContext, { manifest, home, place }: Situation): Promise<string[]> {
  const store = openSecrets(system, home.here, manifest, home.environment.id)
  if (place.root !== null || store.kind === 'command') return []
  // One that cannot be read is reported by the commands that need it.
  const stored = await store.list().catch((error: unknown) => {
    if (error instanceof TwinError) return []
    throw error
  })
  const projects = await keyProjects(system, homeContext)
  const used = [...keysOfAll(manifest), ...projects.flatMap(({ keys }) => keys)]
  const names = stored.filter((name) => !used.includes(name))
  const [first] = names
  if (first === undefined) return []
  const more = names.length === 1 ? 'which no server uses now' : 'which no server uses now, each by its name'
  return [`to remove ${names.join(', ')}, ${more}: mcp-twin secret remove ${first}`]
}

/** Shows what an undo would do. */
async function preview(context: Context, homeContext: HomeContext, id: string | undefined, force: boolean): Promise<ExitCode> {
  const situation = await homeContext.open()
  const undone = await undo(context.system, situation, { named: id, force, isPreview: true })
  await judge(context, situation, undone)
  const steps = undone?.steps ?? []
  const notices = undone === null ? [] : [`this is what undoing run ${undone.id} (${undone.command}) would do`]
  const result: SyncResult = { inSync: steps.length === 0, changed: false, run: null, steps, unmanaged: [], restart: [], notices }
  reportSync(context, homeContext.world, result, { command: 'undo', preview: true })
  return exitOf(result, { check: false })
}

/** Shows who judges it what would stand afterwards. Returns what may be written; undefined: nobody judges. */
async function judge(context: Context, situation: Situation, preview: Undone | null): Promise<HeldBytes | undefined> {
  if (context.judge === undefined || preview === null) return undefined
  const { afterUndo } = await import('../effects/sync/after-undo.ts')
  context.judge(await afterUndo(context.system, situation, preview.files, syncOptions(context)))
  return heldBytes(preview.files)
}

async function takeBack(context: Context, homeContext: HomeContext, id: string | undefined, force: boolean): Promise<ExitCode> {
  const { system } = context
  let isMissing = false
  const work = async (): Promise<SyncResult> => {
    const before = await homeContext.open()
    const look = context.judge === undefined ? null : await undo(system, before, { named: id, force, isPreview: true })
    const held = await judge(context, before, look)
    const undone = await undo(system, before, { named: look?.id ?? id, force, isPreview: false, held })
    const trust = undone === null ? [] : await restoreTrust(system, before, await homeContext.open())
    // The manifest may be restored or removed, so everything is compared again.
    const compared = async () => prepare(system, await homeContext.open(), syncOptions(context, {}, { resolve: false }))
    const found = await compared()
    // launches.json has no backup, since it holds keys: it is written again for the restored entries.
    const launched = undone === null ? [] : await writeLaunches(system, found.input, makePlan(found.input).launches)
    const after = launched.length === 0 ? found : await compared()
    const plan = makePlan(after.input)
    const open = stepsOf(plan, after)
    isMissing = undone?.command === 'uninstall' && open.some(({ kind }) => kind === 'install')
    return {
      inSync: !open.some(differs),
      changed: undone?.changed ?? false,
      run: undone?.run ?? null,
      steps: [...(undone?.steps ?? []), ...launched],
      unmanaged: unmanagedIn(plan, after.input),
      restart: undone === null ? [] : restartsFor(undone.written, after.input),
      notices:
        undone === null
          ? []
          : [...undoneWords(undone, isMissing), ...trust, ...(await keptKeys(context, homeContext, await homeContext.open()))],
    }
  }
  const { here, environment } = homeContext.home
  // Where there is no run, nothing is written, not even a lock.
  const hasRuns = (await runsOf(system, homeContext)).length > 0
  const result = hasRuns ? await withRunLock(system, here, environment.id, work) : await work()
  reportSync(context, homeContext.world, result, { command: 'undo', preview: false })
  const code = exitOf(result, { check: false })
  return code === EXIT.ok && isMissing ? EXIT.attention : code
}
