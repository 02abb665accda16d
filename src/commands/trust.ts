import type { trust as spec } from '../cli/specs/trust.ts'
import type { Context, Run, VerbsOf } from '../context.ts'
import { layout } from '../core/layout.ts'
import { dirName, toHere } from '../core/paths.ts'
import { loadManifest } from '../effects/manifest/load.ts'
import { usersOwn } from '../effects/manifest/open.ts'
import { absolute, projectPlace } from '../effects/manifest/place.ts'
import { readLock } from '../effects/manifest/records.ts'
import { clientIds } from '../effects/run/find.ts'
import { findProject } from '../effects/run/project.ts'
import { openSecrets } from '../effects/store/secrets.ts'
import { isTrouble } from '../effects/store/trouble.ts'
import { readTrust, trustState } from '../effects/store/trust.ts'
import { realPlace } from '../effects/store/trusted-place.ts'
import { vetManifest } from '../effects/store/vet.ts'
import { grantTrust, revokeTrust } from '../effects/sync/trust-grant.ts'
import { unreachedNotice } from '../effects/sync/trust-keep.ts'
import { reviewProject } from '../effects/sync/trust-review.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { native, type NativePath } from '../model/path.ts'
import { visible } from '../ui/escape.ts'
import { abbreviateHome } from '../ui/labels.ts'
import { atHome, type HomeContext } from './at-home.ts'
import { wouldDo } from './change.ts'
import { syncOptions } from './sync-options.ts'
import { installTrusted } from './trust-project.ts'
import { trustDocument, trustScreen } from './trust-screen.ts'
import { nearHint } from './unknown.ts'

/**
 * Records that a person has looked at a project, so that `run --project` starts its servers until its manifest or its
 * lock changes. On a terminal it shows what would start and asks; typed without one, or with `--yes`, the command itself is the
 * answer: it does nothing else. (No other command's `--yes` answers for trust.)
 */
export const run: Run<typeof spec> = (context, [directory = '.']) => withHome(context, (home) => trust(context, home, directory))

export const verbs: VerbsOf<typeof spec> = {
  list: (context) => withHome(context, (home) => list(context, home)),
  revoke: (context, [directory]) => withHome(context, (home) => revoke(context, home, directory)),
}

const withHome = (context: Context, work: (homeContext: HomeContext) => Promise<ExitCode>): Promise<ExitCode> =>
  atHome(context, { mayBeAbsent: true }, work)

async function trust(context: Context, homeContext: HomeContext, directory: string): Promise<ExitCode> {
  const { system, io, prompt } = context
  const { environment, folder } = homeContext.home
  await refuseMissing(context, homeContext, directory)
  const project = await findProject(system, environment, directory, homeContext.world)
  const real = await realPlace(system, homeContext.world, environment, project.folder)
  const place = await projectPlace(system, environment, real ?? project.folder)
  const own = await realPlace(system, homeContext.world, environment, layout(environment, folder).folder)
  if (place.project === own) throw usageError('Your own manifest needs no trust.', { hint: 'to trust a project: mcp-twin trust DIR' })
  const review = await reviewProject(system, () => homeContext.look(place), syncOptions(context))
  io.out(`${visible(abbreviateHome(place.shown, homeContext.world.environments))} can start:`)
  for (const line of trustScreen(review, io.verbose)) io.wholeOut(line)
  const missing = await missingKeys(context, homeContext, review.keys)
  for (const notice of missing) io.note(notice)
  if (context.isDry === true) return wouldDo(context, 'trust it until it changes')
  if (prompt.able && !(await prompt.confirm('Trust it until it changes?', { flag: '--yes', default: false }))) {
    throw new TwinError('cancelled', 'Not trusted; its servers do not start.', { exit: EXIT.cancelled })
  }
  const { seen, keys, view, others } = review
  const { changed, unreached } = await grantTrust(system, homeContext, seen, { ...others, keys, shown: view })
  const notices = [...unreachedNotice(unreached), ...(await installTrusted(context, homeContext, () => homeContext.openAt(place)))]
  io.json({ command: 'trust', changed, ...trustDocument(review), notices: [...missing, ...notices] })
  for (const notice of notices) io.note(notice)
  io.out(changed ? 'Trusted, until it changes.' : 'Already trusted.')
  return EXIT.ok
}

/** Throws where nothing has the name: `trust lsit` would otherwise trust the project around. */
async function refuseMissing({ system }: Context, { home, world }: HomeContext, typed: string): Promise<void> {
  const here = toHere(home.environment, absolute(system, home.environment, typed, world))
  if (here === null || (await system.files.look(here)) !== null) return
  throw usageError(`There is no folder ${visible(typed)}.`, { hint: nearHint(typed, Object.keys(verbs), 'mcp-twin trust DIR') })
}

async function missingKeys({ system }: Context, { home }: HomeContext, keys: readonly string[]): Promise<string[]> {
  const store = openSecrets(system, home.here, await usersOwn(system, home), home.environment.id)
  const notices: string[] = []
  for (const name of keys)
    if (!(await store.has(name))) notices.push(store.trouble(name) ?? `${name} is not stored yet: mcp-twin secret set ${name}`)
  return notices
}

type State = 'trusted' | 'changed' | 'gone'

const WORDS: Readonly<Record<State, string>> = {
  trusted: 'trusted',
  changed: 'changed since; its servers do not start',
  gone: 'not found',
}

/** Lists the trusted projects, and whether they are still as they were. */
async function list({ system, io }: Context, homeContext: HomeContext): Promise<ExitCode> {
  const { projects, former } = await readTrust(system, homeContext.home.here)
  const found: { project: string; at: string; state: State; keys: readonly string[]; owner?: unknown }[] = []
  for (const [project, { at, keys, owner }] of Object.entries(projects)) {
    const state = await stateOf(system, homeContext, native(project))
    found.push({ project, at, state, keys, ...(owner === undefined ? {} : { owner }) })
  }
  found.sort((a, b) => (a.project < b.project ? -1 : 1))
  io.json({ command: 'trust', projects: found, former: former.map((manifest) => dirName(homeContext.home.environment, native(manifest))) })
  const shown = (path: string): string => visible(abbreviateHome(path, homeContext.world.environments))
  for (const { project, at, state, keys } of found)
    io.out(`${shown(project)}  ${at.slice(0, 10)}, ${WORDS[state]}${keys.length === 0 ? '' : `; keys: ${keys.join(', ')}`}`)
  if (former.length > 0)
    io.note(
      `Trusted by an older version, no longer trusted: ${former.map((each) => shown(dirName(homeContext.home.environment, native(each)))).join(', ')}`,
    )
  if (found.length === 0) io.out('No project is trusted.')
  return EXIT.ok
}

async function stateOf(system: Context['system'], { home, world }: HomeContext, project: NativePath): Promise<State> {
  const place = await projectPlace(system, home.environment, project)
  try {
    const real = await realPlace(system, world, home.environment, project)
    if (real !== project) return 'gone'
    const vetted = await vetManifest(system, home.environment, place)
    const loaded = await loadManifest(system, vetted.manifest, place.shown, clientIds)
    if (loaded === null) return 'gone'
    const { bytes: lock } = await readLock(system, vetted.lock)
    return (await trustState(system, home.here, { place: project, manifest: loaded.bytes, lock })) === 'trusted' ? 'trusted' : 'changed'
  } catch (error) {
    if (error instanceof TwinError || isTrouble(error)) return 'changed'
    throw error
  }
}

/** Revokes trust in a project, even if the project no longer exists. */
async function revoke(context: Context, homeContext: HomeContext, directory: string): Promise<ExitCode> {
  const { system, io } = context
  const { environment } = homeContext.home
  const typed = absolute(system, environment, directory, homeContext.world)
  const real = await realPlace(system, homeContext.world, environment, typed)
  const { projects } = await readTrust(system, homeContext.home.here)
  // A folder inside a project means that project, as it does for `trust`.
  const place = [typed, ...(real === null ? [] : [real])]
    .flatMap((each) => above(homeContext, each))
    .find((each) => Object.hasOwn(projects, each))
  if (place === undefined)
    throw usageError(`${typed} is not trusted, nor is a folder above it.`, {
      hint: nearHint(typed, Object.keys(projects), 'to see trusted projects: mcp-twin trust list'),
    })
  if (context.isDry === true) return wouldDo(context, `no longer trust ${visible(abbreviateHome(place, homeContext.world.environments))}`)
  const { unreached } = await revokeTrust(system, homeContext, [place])
  const notices = unreachedNotice(unreached)
  io.json({ command: 'trust', project: place, revoked: true, notices })
  for (const notice of notices) io.note(notice)
  io.out(`${visible(abbreviateHome(place, homeContext.world.environments))} is no longer trusted.`)
  return EXIT.ok
}

/** A folder and those above it, the nearest first. */
function above({ home }: HomeContext, folder: NativePath): NativePath[] {
  const found = [folder]
  for (let parent = dirName(home.environment, folder); parent !== found.at(-1); parent = dirName(home.environment, parent))
    found.push(parent)
  return found
}
