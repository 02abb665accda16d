import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors.ts'
import { delegate } from '../effects/home/delegate.ts'
import { findHome, type HomePlace } from '../effects/home/find.ts'
import { type Situation, openSituation } from '../effects/situation/open.ts'
import { findManifest, type ManifestPlace } from '../effects/situation/place.ts'
import { detectWorld } from '../effects/world/detect.ts'
import type { World } from '../model/environment.ts'

export interface HomeOptions {
  readonly home?: string
  readonly distro?: string
  readonly refresh?: boolean
  /** A command that can begin without a manifest. */
  readonly mayBeAbsent?: boolean
}

/** What a command works on: the world, home, and a way to read manifest, lock and state (again). */
export interface Ground {
  readonly world: World
  readonly home: HomePlace
  readonly place: ManifestPlace
  open(): Promise<Situation>
}

/**
 * Runs a command on the side where home is. Typed on another side it is handed over whole: a locked file is never
 * opened across the boundary.
 */
export async function atHome(context: Context, options: HomeOptions, work: (ground: Ground) => Promise<ExitCode>): Promise<ExitCode> {
  const { system, io } = context
  const progress = io.progress('Looking at both sides')
  let world: World
  try {
    world = await detectWorld(system, {
      ...(options.distro === undefined ? {} : { distro: options.distro }),
      refresh: options.refresh === true,
      onProgress: (text) => progress.update(text),
      signal: context.signal,
    })
  } finally {
    progress.done()
  }
  const home = await findHome(system, world, { ...(options.home === undefined ? {} : { home: options.home }), ...(context.options.manifest === undefined ? {} : { manifest: context.options.manifest }) })
  if (!home.isSelf) return exitCode(await delegate(system, world, home, context.argv))
  const place = await findManifest(system, world, home, context.options)
  return work({ world, home, place, open: () => openSituation(system, world, home, place, options.mayBeAbsent === true) })
}

/** What the other side's program ended with, as one of ours. */
const exitCode = (code: number): ExitCode => Object.values(EXIT).find((each) => each === code) ?? EXIT.failed
