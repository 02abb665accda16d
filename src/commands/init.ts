import type { init as spec } from '../cli/specs/init.ts'
import type { Context, Run } from '../context.ts'
import { agreeTo } from '../core/launch/identity.ts'
import { environmentJson } from '../core/participants.ts'
import { fromHere } from '../core/paths.ts'
import { makePlan } from '../core/plan/plan.ts'
import { workingFolder } from '../effects/machine/delegate.ts'
import type { Situation } from '../effects/manifest/open.ts'
import { offeredClients } from '../effects/manifest/offered.ts'
import { projectPlace } from '../effects/manifest/place.ts'
import { switchChanges, type Switches, withSwitches } from '../effects/manifest/switch-on.ts'
import { checkServers } from '../effects/sync/checks.ts'
import { withFound } from '../effects/sync/absent.ts'
import { compose } from '../effects/sync/compose.ts'
import type { ManifestChange } from '../effects/sync/edit-manifest.ts'
import { joinChanges, joiningDistro, withJoining } from '../effects/sync/join.ts'
import { prepare } from '../effects/sync/prepare.ts'
import { exitOf, type SyncResult } from '../effects/sync/result.ts'
import { previewSync, runSync, type Source } from '../effects/sync/sync.ts'
import { isChanged } from '../effects/sync/trying.ts'
import { type ExitCode, usageError } from '../errors.ts'
import type { OptionsOf } from '../model/command-line.ts'
import type { NativePath } from '../model/path.ts'
import { version } from '../version.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { writeManifestOnly } from './change.ts'
import { desktopChanges } from './desktop-config.ts'
import { type Choices, choose } from './init-choices.ts'
import { repositoryAround } from './init-folder.ts'
import { type Agreed, confirmPlan, demandConsent } from './init-plan.ts'
import { askClients, offeredNotes } from './init-clients.ts'
import { showMachine } from './init-report.ts'
import { makeFolders } from './named-servers.ts'
import { demandDistro } from './narrowing.ts'
import { reportSync } from './report-sync.ts'
import { listShared } from './shared-tools.ts'
import { syncOptions } from './sync-options.ts'
import { triedAs } from './trying.ts'

/** Sets both sides up: looks, asks, installs, writes, checks. Run again, it changes nothing that is in order. */
export const run: Run<typeof spec> = async (context, _args, options) => {
  if (options.dryRun !== true) await demandConsent(context)
  const { home, distro: named } = options
  const distro = joiningDistro(context.system, named)
  const wishes = {
    ...(home === undefined ? {} : { home }),
    ...(distro === undefined ? {} : { distro }),
    mayBeAbsent: true,
    prepareHome: true,
  }
  return atHome(context, wishes, async (homeContext) => {
    if (named !== undefined) demandDistro(named, homeContext.world)
    if (options.project !== true) {
      const open = async (): Promise<Situation> => withJoining(await homeContext.open(), distro)
      return init(context, { ...homeContext, open }, options, (situation) => joinChanges(situation, distro))
    }
    const place = await projectPlace(context.system, homeContext.home.environment, await projectRoot(context, homeContext))
    return init(context, { ...homeContext, place, open: () => homeContext.openAt(place) }, options)
  })
}

async function init(
  context: Context,
  homeContext: HomeContext,
  options: OptionsOf<typeof spec>,
  more: (situation: Situation) => readonly ManifestChange[] = () => [],
): Promise<ExitCode> {
  const { system, io } = context
  const plain = syncOptions(context, options, { selfEverywhere: options.project !== true })
  // A client that is named takes part from now on, so what it has is seen, imported and written like everything else.
  let switches: readonly Switches[] = [{ clients: plain.clients, on: plain.on }]
  const open = async (): Promise<Situation> => switches.reduce(withSwitches, await homeContext.open())
  let opened = await open()
  let { input } = await prepare(system, opened, { ...plain, resolve: false })
  const offered = plain.clients.length > 0 ? [] : await offeredClients(system, opened)
  if (!io.asJson) {
    io.out(`mcp-twin ${version}\n`)
    await showMachine(context, opened, input, offered)
  }
  const joining = options.dryRun === true ? [] : await askClients(context, opened, offered)
  if (joining.length > 0) {
    switches = joining
    opened = await open()
    input = (await prepare(system, opened, { ...plain, resolve: false })).input
  }
  const chosen = await choose(context, opened, input, options)
  const settings = { ...plain, hook: chosen.hook.wanted, command: options.command !== false && options.install !== false }
  const notes = [...chosen.imported.notes, ...offeredNotes(offered, joining, opened)]
  let choices = { ...chosen, imported: { ...chosen.imported, notes } }
  // Servers imported from the files of an existing project may have come with a pull.
  const keepsTrust = opened.bytes === null || choices.imported.adopted.length === 0
  const source: Source = {
    open,
    edit: async (situation) =>
      edited(context, situation, choices, settings, [...more(situation), ...(await switched(homeContext, switches))]),
  }
  if (options.dryRun === true) {
    const result = await previewSync(system, (await source.edit?.(opened))?.situation ?? opened, settings)
    return finish(context, homeContext, opened, choices, result, 'preview')
  }
  const agreed = await confirmPlan(context, homeContext, source, opened, settings, {
    installs: options.install !== false,
    notes: notesOf(choices),
  })
  // So that nothing is looked up twice.
  choices = { ...choices, found: { ...choices.found, ...agreed.packages } }
  if (options.install === false)
    return finish(
      context,
      homeContext,
      opened,
      choices,
      await writeManifestOnly(context, homeContext, 'init', source, keepsTrust),
      'manifest',
      agreed,
    )
  await makeFolders(context, homeContext, choices.chosen)
  const result = await runSync(system, source, { ...settings, keepsTrust }, 'init')
  const { notices } = await listShared(context, homeContext, settings)
  return finish(context, homeContext, await open(), choices, { ...result, notices: [...result.notices, ...notices] }, 'all', agreed)
}

/** The changes by which clients take part that were named or chosen. */
async function switched(homeContext: HomeContext, switches: readonly Switches[]): Promise<ManifestChange[]> {
  const plain = await homeContext.open()
  return switches.flatMap((each) => switchChanges(plain, each))
}

/** The manifest with the choices applied; null if nothing changes. */
async function edited(
  context: Context,
  situation: Situation,
  choices: Choices,
  settings: ReturnType<typeof syncOptions>,
  more: readonly ManifestChange[],
) {
  const { input } = await prepare(context.system, situation, { ...settings, resolve: false })
  const { changes: chosen, imported } = choices.additions(situation, input)
  const changes = [...chosen, ...more, ...desktopChanges(situation, input, settings.desktopConfig)]
  const { unaskedBridge: wasUnasked, ...known } = situation.state
  const agreed = agreeTo(known, choices.extensions.agreed)
  const state = choices.hook.asked ? { ...agreed, askedHook: true } : agreed
  if (changes.length === 0 && choices.brought.size === 0 && situation.bytes !== null && wasUnasked !== true) return null
  const isNews = wasUnasked === true || choices.hook.asked || agreed !== known
  const asked = isNews ? { ...situation, state } : situation
  return compose(withFound(asked, choices.found), input.files, { changes, adopted: imported.adopted, brought: choices.brought })
}

/** What is left out or becomes different from what was there, and why. */
const notesOf = ({ imported: { notes, unmanaged } }: Choices): string[] => [
  ...notes,
  ...unmanaged
    .filter(({ name, client }) => !notes.some((note) => note.startsWith(`${name}: that of ${client} differs`)))
    .map((each) => `${each.name} (${each.client}): left alone, ${each.reason}`),
]

async function finish(
  context: Context,
  homeContext: HomeContext,
  situation: Situation,
  choices: Choices,
  result: SyncResult,
  done: 'all' | 'manifest' | 'preview',
  agreed?: Agreed,
): Promise<ExitCode> {
  const preview = done === 'preview'
  // What was not installed is not checked either, even if a config has a server of that name.
  const isChecked = done === 'all' && situation.place.project === null && result.run !== null
  const tried = triedAs(context, homeContext.world, isChecked ? await check(context, situation) : { checks: [], untried: [] })
  const { adopted } = choices.imported
  const imported = adopted.map(({ environment, client, server }) => ({ environment, client, server }))
  const notes = notesOf(choices)
  reportSync(
    context,
    homeContext.world,
    { ...result, notices: [...new Set([...notes, ...result.notices, ...tried.notices])] },
    {
      command: 'init',
      preview,
      more: {
        ...{ environments: situation.sides.map(environmentJson), imported, checks: tried.checks, manifest: situation.place.shown },
        extensions: choices.extensions.rows,
      },
      checks: tried.lines,
      silent: tried.silent,
      ...(agreed === undefined ? {} : { agreed }),
      kept: new Set(choices.imported.unmanaged.map(({ name }) => name)),
      farewell: preview
        ? 'Run it without --dry-run to apply it.'
        : `${folderHint(situation, choices)}Something odd? mcp-twin doctor.${result.run !== null && result.changed ? ' Not what you wanted? mcp-twin undo' : ''}`,
    },
  )
  // What this run did not write was there before: if it does not answer, that is reported and does not fail this run.
  const written = result.steps.flatMap((step) => (isChanged(step) && step.server !== null ? [step.server] : []))
  return tried.exit(exitOf(result, { check: false }), new Set([...choices.chosen, ...written]))
}

/** How to open a project to both programs, as long as none is. */
const folderHint = ({ manifest, place }: Situation, { bridge }: Choices): string =>
  place.project !== null ||
  !(bridge.enabled ?? manifest.bridge?.enabled !== false) ||
  bridge.folder !== undefined ||
  (manifest.bridge?.roots ?? []).length > 0
    ? ''
    : 'To let both programs work in a project: mcp-twin roots add FOLDER\n'

async function check(context: Context, situation: Situation) {
  const { input } = await prepare(context.system, situation, syncOptions(context, {}, { resolve: false }))
  const progress = context.io.progress('Checking that every server answers')
  try {
    return await checkServers(context.system, input, makePlan(input).files, {
      signal: context.signal,
      hide: (value) => context.io.hide(value),
      told: (left) => progress.update(left === 0 ? '' : `${left} to go`),
    })
  } finally {
    progress.done()
  }
}

/** The project's root: the folder of its git repository, else the working directory; never the user's home itself. */
async function projectRoot(context: Context, homeContext: HomeContext): Promise<NativePath> {
  const side = homeContext.home.environment
  const start = fromHere(side, workingFolder(context.system, side))
  if (start === null) throw usageError('The working directory cannot be reached from home.', { hint: 'change into the project first' })
  const repository = await repositoryAround(context.system, side, start)
  if (repository !== null) return repository
  if (start === side.home) throw usageError('Your home folder cannot be a project.', { hint: 'change into a project first' })
  return start
}
