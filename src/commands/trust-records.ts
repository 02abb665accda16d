import type { Context } from '../context.ts'
import { dirName } from '../core/paths.ts'
import { isTrouble } from '../effects/store/trouble.ts'
import { loadManifest } from '../effects/manifest/load.ts'
import { vetManifest } from '../effects/store/vet.ts'
import { clientIds } from '../effects/run/find.ts'
import { absolute, projectPlace } from '../effects/manifest/place.ts'
import { readLock } from '../effects/manifest/records.ts'
import { revokeTrust } from '../effects/sync/trust-grant.ts'
import { unreachedNotice } from '../effects/sync/trust-keep.ts'
import { realPlace } from '../effects/store/trusted-place.ts'
import { readTrust, trustState } from '../effects/store/trust.ts'
import { EXIT, type ExitCode, TwinError, usageError } from '../errors.ts'
import { type NativePath, native } from '../model/path.ts'
import { visible } from '../ui/escape.ts'
import { homely } from '../ui/homely.ts'
import type { Ground } from './at-home.ts'

type State = 'trusted' | 'changed' | 'gone'

const WORDS: Readonly<Record<State, string>> = {
  trusted: 'trusted',
  changed: 'changed since; its servers do not start',
  gone: 'not found',
}

/** Lists the trusted projects, and whether they are still as they were. */
export async function list({ system, io }: Context, ground: Ground): Promise<ExitCode> {
  const { projects, former } = await readTrust(system, ground.home.here)
  const found: { project: string; at: string; state: State; keys: readonly string[]; owner?: unknown }[] = []
  for (const [project, { at, keys, owner }] of Object.entries(projects)) {
    const state = await stateOf(system, ground, native(project))
    found.push({ project, at, state, keys, ...(owner === undefined ? {} : { owner }) })
  }
  found.sort((a, b) => (a.project < b.project ? -1 : 1))
  io.json({ command: 'trust', projects: found, former: former.map((manifest) => dirName(ground.home.environment, native(manifest))) })
  const shown = (path: string): string => visible(homely(path, ground.world.environments))
  for (const { project, at, state, keys } of found)
    io.out(`${shown(project)}  ${at.slice(0, 10)}, ${WORDS[state]}${keys.length === 0 ? '' : `; keys: ${keys.join(', ')}`}`)
  if (former.length > 0)
    io.note(
      `Trusted by an older version, no longer trusted: ${former.map((each) => shown(dirName(ground.home.environment, native(each)))).join(', ')}`,
    )
  if (found.length === 0) io.out('No project is trusted.')
  return EXIT.ok
}

async function stateOf(system: Context['system'], { home, world }: Ground, project: NativePath): Promise<State> {
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

/** Takes trust in a project back, also in one that is not there any more. */
export async function revoke({ system, io }: Context, ground: Ground, directory: string): Promise<ExitCode> {
  const { environment } = ground.home
  const typed = absolute(system, environment, directory, ground.world)
  const real = await realPlace(system, ground.world, environment, typed)
  const { projects } = await readTrust(system, ground.home.here)
  // A folder in the project stands for it, as it does for `trust`.
  const place = [typed, ...(real === null ? [] : [real])]
    .flatMap((each) => above(ground, each))
    .find((each) => Object.hasOwn(projects, each))
  if (place === undefined)
    throw usageError(`${typed} is not trusted, nor is a folder above it.`, { hint: 'mcp-twin trust --list shows trusted projects' })
  const { unreached } = await revokeTrust(system, ground, [place])
  const notices = unreachedNotice(unreached)
  io.json({ command: 'trust', project: place, revoked: true, notices })
  for (const notice of notices) io.note(notice)
  io.out(`${visible(homely(place, ground.world.environments))} is no longer trusted.`)
  return EXIT.ok
}

/** A folder and those above it, the nearest first. */
function above({ home }: Ground, folder: NativePath): NativePath[] {
  const found = [folder]
  for (let parent = dirName(home.environment, folder); parent !== found.at(-1); parent = dirName(home.environment, parent))
    found.push(parent)
  return found
}
