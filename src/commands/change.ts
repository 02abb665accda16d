import type { Context } from '../context.ts'
import { agreeTo } from '../core/launch/identity.ts'
import { programOf } from '../core/launch/package.ts'
import { lookUp } from '../core/lookup.ts'
import { wordsOf } from '../core/manifest/names.ts'
import { pythonWords } from '../core/packages/python.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { openRun } from '../effects/store/backup.ts'
import { withRunLock } from '../effects/store/lock.ts'
import { editManifest, type ManifestChange } from '../effects/sync/edit-manifest.ts'
import { type Situation, reach } from '../effects/manifest/open.ts'
import { storeKeys } from '../effects/sync/keys.ts'
import { writeOwn, writeState } from '../effects/sync/own-files.ts'
import { keepTrust } from '../effects/sync/trust-keep.ts'
import type { PreparedSync } from '../effects/sync/prepare.ts'
import { exitOf, isOfOthers, type SyncResult } from '../effects/sync/result.ts'
import type { SyncOptions } from '../effects/sync/options.ts'
import { type Edited, previewSync, runSync, type Source } from '../effects/sync/sync.ts'
import type { Step } from '../model/plan.ts'
import type { Secret } from '../model/secret.ts'
import type { State } from '../model/state.ts'
import { layout } from '../core/layout.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { reportSync } from './report-sync.ts'
import { listShared } from './shared-tools.ts'
import { syncOptions } from './sync-options.ts'
import { type Tried, tryServers } from './trying.ts'

/** Changes of the manifest, and keys that go into the store with them. */
export interface Changes {
  readonly changes: readonly ManifestChange[]
  readonly brought?: ReadonlyMap<string, Secret>
  /** Notices to print. */
  readonly notices?: readonly string[]
  /** The servers that the command names, where the changes may not: those that need no change. */
  readonly about?: readonly string[]
  /** Digests of what is agreed to besides what the manifest says. */
  readonly agreed?: readonly string[]
  /** What became of the manifest, where its saving alone says too little. */
  readonly saved?: string
  /** Changes of what imports remember. */
  readonly imported?: State['imported']
}

/** Computes a command's changes from the manifest as it is at the moment of the edit. */
export type ComputeChanges = (situation: Situation, homeContext: HomeContext) => Promise<Changes>

/**
 * Changes the manifest and then every config, unless `--no-sync`. `ask` comes first: no lock is held while a person is asked. `after`
 * comes last, with the exit code so far.
 */
export async function changeManifest(
  context: Context,
  options: { readonly sync?: boolean; readonly try?: boolean },
  change: ComputeChanges,
  ask?: (situation: Situation, homeContext: HomeContext) => Promise<void>,
  after?: (tried: Tried, code: ExitCode) => Promise<ExitCode>,
): Promise<ExitCode> {
  return atHome(context, { mayBeAbsent: context.command === 'add' }, async (homeContext) => {
    const about = new Set<string>()
    let said: readonly string[] = []
    let savedWords: string | undefined
    const opened = ask === undefined ? undefined : await homeContext.open()
    if (opened !== undefined) await ask?.(opened, homeContext)
    const source: Source = {
      open: homeContext.open,
      edit: async (now) => {
        const {
          changes,
          brought,
          notices = [],
          about: named = [],
          agreed = [],
          saved,
          imported = now.state.imported,
        } = await change(now, homeContext)
        const agreedTo = agreeTo(now.state, agreed)
        const state = imported === agreedTo.imported ? agreedTo : { ...agreedTo, imported }
        const situation = { ...now, state }
        said = notices
        savedWords = saved
        for (const name of named) about.add(name)
        for (const each of changes)
          for (const name of [each.path[1], each.kind === 'rename' ? each.name : undefined]) if (name !== undefined) about.add(name)
        if (changes.length === 0) return situation.state === now.state ? null : { situation, bytes: null }
        const isFirst = situation.bytes === null && situation.place.project === null
        const edited = isFirst ? withoutBridge(situation, changes) : editManifest(situation, changes)
        if (isFirst) said = [...said, 'the bridge between the two programs is off. To turn it on: mcp-twin init']
        return brought === undefined ? edited : { ...edited, situation: { ...edited.situation, brought } }
      },
      demand: demandPackages,
    }
    // `--client` and `--on` say where a new server belongs; the sync still covers every file.
    const settings = syncOptions(context, {}, { clients: [], on: [] })
    if (context.isDry === true) return preview(context, homeContext, source, settings, about, () => said)
    const result =
      options.sync === false
        ? await writeManifestOnly(context, homeContext, context.command, source)
        : await runSync(context.system, source, settings, context.command, opened)
    const before = troublesOfOthers(result, about)
    // The others take servers out, or change nothing of how they are started.
    const tries = options.sync !== false && ['add', 'enable', 'login'].includes(context.command)
    const tried = await tryServers(context, homeContext, result, settings, tries ? options : { try: false })
    const shared = options.sync === false ? null : await listShared(context, homeContext, settings, options)
    const notices = [...said, ...missingNotices(before), ...result.notices, ...tried.notices, ...(shared?.notices ?? [])]
    const more = tries ? { more: { checks: tried.checks } } : {}
    reportSync(
      context,
      homeContext.world,
      { ...result, notices },
      { command: context.command, preview: false, about, saved: savedWords, checks: tried.lines, silent: tried.silent, ...more },
    )
    const code = tried.exit(exitOf(result, { check: false, about }), about)
    return after === undefined ? code : after(tried, code)
  })
}

/** Shows what a change of the manifest and the sync behind it would do. */
async function preview(
  context: Context,
  { open, world }: HomeContext,
  source: Source,
  settings: SyncOptions,
  about: ReadonlySet<string>,
  said: () => readonly string[],
): Promise<ExitCode> {
  const now = await open()
  const edited = (await source.edit?.(now)) ?? null
  const result = await previewSync(context.system, edited?.situation ?? now, settings)
  const notices = [...said(), ...result.notices]
  reportSync(context, world, { ...result, notices }, { command: context.command, preview: true, about })
  return exitOf(result, { check: false, about })
}

/** What a command would do, for `--dry-run` where there are no steps to show. */
export function wouldDo({ io }: Context, words: string): ExitCode {
  io.json({ dryRun: true, would: words })
  io.out(`Would ${words}; nothing was changed.`)
  return EXIT.ok
}

/** Steps that failed for servers which this command is not about: they failed before, and do not fail this command. */
const troublesOfOthers = ({ steps }: SyncResult, about: ReadonlySet<string>): readonly Step[] =>
  steps.filter((step) => isOfOthers(step, about))

/** Names the server whose package could not be had. */
const missingNotices = (steps: readonly Step[]): string[] =>
  steps.flatMap(({ kind, server, reason }) =>
    kind === 'install' && server !== null ? [`${reason ?? server}, as before. To remove it: mcp-twin remove ${server}`] : [],
  )

/** The first manifest of a machine that was never set up: nobody asked for the bridge, so it is off until init asks. */
function withoutBridge(situation: Situation, changes: readonly ManifestChange[]): Edited {
  const edited = editManifest(situation, [...changes, { kind: 'set', path: ['bridge'], value: { enabled: false } }])
  return { ...edited, situation: { ...edited.situation, state: { ...edited.situation.state, unaskedBridge: true } } }
}

/** Throws for a package that does not exist, so that the manifest gets no mistyped name. */
function demandPackages(before: Situation, { unresolved, input }: PreparedSync): void {
  const had = new Set(Object.values(before.manifest.servers).flatMap(wordsOf))
  for (const [words, { code, reason, hint }] of unresolved)
    if (!had.has(words) && (code === 'E404' || code === 'ETARGET')) throw new TwinError('no-package', `${reason}.`, { hint })
  for (const [name, { pypi, bin }] of Object.entries(input.manifest.servers)) {
    const words = pypi === undefined ? '' : pythonWords(pypi)
    const locked = had.has(words) ? undefined : lookUp(input.render.lock.packages, words)
    const program = locked === undefined ? null : programOf(locked, bin)
    if (program !== null && 'trouble' in program)
      throw usageError(`${program.trouble}.`, { hint: `mcp-twin add "uvx --from ${pypi} PROGRAM" --name ${name}` })
  }
}

/** Changes manifest, lock and keys, but no config and no package. `keepsTrust`: a trusted project stays trusted. */
export async function writeManifestOnly(
  context: Context,
  homeContext: HomeContext,
  command: string,
  source: Source,
  keepsTrust = true,
): Promise<SyncResult> {
  const { system } = context
  const { home } = homeContext
  return withRunLock(system, home.here, home.environment.id, async () => {
    const notices = ['no config was changed. To apply the manifest: mcp-twin sync']
    const nothing: SyncResult = { inSync: false, changed: false, run: null, steps: [], unmanaged: [], restart: [], notices }
    const opened = await source.open()
    const edited = (await source.edit?.(opened)) ?? null
    if (edited === null || (edited.bytes === null && edited.situation.state === opened.state)) return nothing
    const run = openRun(system, reach(home, layout(home.environment, home.folder).backups), { command, at: system.now() })
    notices.push(...(await storeKeys(system, edited.situation)))
    const { place } = homeContext
    const changed = edited.bytes !== null && (await writeOwn(system, edited.situation, place.here, place.shown, edited.bytes, run))
    await writeState(system, edited.situation, edited.situation.state, run)
    if (edited.bytes !== null)
      notices.push(...(await keepTrust(system, edited.situation, { ...edited.situation, manifest: edited.bytes }, keepsTrust)))
    return { ...nothing, changed, run: await run.finish() }
  })
}
