import type { Context } from '../context.ts'
import { EXIT, type ExitCode, TwinError } from '../errors.ts'
import { findHome, type HomePlace } from '../effects/machine/home.ts'
import { type Situation, openSituation } from '../effects/manifest/open.ts'
import { vetOwnFolder } from '../effects/machine/vet-own-folder.ts'
import { findManifest, type ManifestPlace } from '../effects/manifest/place.ts'
import { demandHomeFolder } from '../effects/machine/own-folder.ts'
import { detectWorld } from '../effects/machine/detect.ts'
import type { World } from '../model/environment.ts'
import { demandClients, demandSides } from './narrowing.ts'

export interface HomeOptions {
  readonly home?: string
  readonly distro?: string
  readonly refresh?: boolean
  /** A command that can begin without a manifest. */
  readonly mayBeAbsent?: boolean
  /** A command that reports a folder or manifest which other users control, instead of refusing to work. */
  readonly reportOnly?: boolean
  /** Put this program on home's side first, where home is another side that does not have it yet (init). */
  readonly prepareHome?: boolean
}

/** What a command works on: the world, home, and a way to read manifest, lock and state (again). */
export interface HomeContext {
  readonly world: World
  readonly home: HomePlace
  readonly place: ManifestPlace
  open(): Promise<Situation>
  /** The same for a command that only reports: what other users control is in `faults`, and nothing of it may be run. */
  look(place?: ManifestPlace): Promise<Situation>
  /** The same for another manifest than the one found. */
  openAt(place: ManifestPlace): Promise<Situation>
}

/**
 * Runs a command on the side where home is. Typed on another side it is handed over whole: a locked file is never
 * opened across the boundary.
 */
export async function atHome(
  context: Context,
  options: HomeOptions,
  work: (homeContext: HomeContext) => Promise<ExitCode>,
): Promise<ExitCode> {
  const { system, io } = context
  demandClients(context.options.client ?? [])
  const progress = io.progress('Looking at both sides')
  let world: World
  try {
    world = await detectWorld(system, {
      ...(options.distro === undefined ? {} : { distro: options.distro }),
      refresh: options.refresh === true,
      reportOnly: options.reportOnly === true,
      letsSleep: context.isInside === true || context.command === 'ui',
      onProgress: (text) => progress.update(text),
      signal: context.signal,
    })
  } finally {
    progress.done()
  }
  const own = world.environments.find((side) => side.self)
  if (own !== undefined && !system.variables.MCP_TWIN_WORLD) await demandHomeFolder(system, own)
  demandSides(context.options.on ?? [], world, context.command === 'add')
  const home = await findHome(system, world, {
    ...(options.home === undefined ? {} : { home: options.home }),
    reportOnly: options.reportOnly === true,
    ...(context.options.manifest === undefined ? {} : { manifest: context.options.manifest }),
  })
  if (!home.isSelf) {
    if (options.prepareHome === true) await prepareHome(context, world, home)
    const { delegate } = await import('../effects/machine/delegate.ts')
    return exitCode(await delegate(system, world, home, context.argv, context.typed?.()))
  }
  const place = await findManifest(system, world, home, context.options)
  const mayBeAbsent = options.mayBeAbsent === true
  const openAt = async (at: ManifestPlace) => {
    if (options.reportOnly === true) await vetOwnFolder(system, home.environment)
    return openSituation(system, world, home, at, { mayBeAbsent })
  }
  const look = (at: ManifestPlace = place) => openSituation(system, world, home, at, { mayBeAbsent, reportOnly: true })
  return work({ world, home, place, open: () => openAt(place), openAt, look })
}

/** Installs the program on the side that becomes home, since the command is handed over to it. */
async function prepareHome({ system, io, options, signal }: Context, world: World, home: HomePlace): Promise<void> {
  const { installSelf } = await import('../effects/packages/self-install.ts')
  const progress = io.progress('Installing')
  const onProgress = (text: string) => progress.update(text)
  const asked = { offline: options.offline === true, signal, onProgress }
  // What is missing there is reported by that side itself, which tries once more.
  const { outcome, reason, hint } = await installSelf(system, world, home.environment, home.folder, asked).finally(() => progress.done())
  if (outcome === 'failed')
    throw new TwinError(
      'not-installed',
      `mcp-twin could not be installed on ${home.environment.id}: ${reason ?? 'unknown'}.`,
      hint === undefined ? {} : { hint },
    )
}

/** The exit code of the other side's program, as one of ours. */
const exitCode = (code: number): ExitCode => Object.values(EXIT).find((each) => each === code) ?? EXIT.failed
