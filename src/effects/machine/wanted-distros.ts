import { clients } from '../../catalog/clients/index.ts'
import { homeJsonName, layout } from '../../core/layout.ts'
import { parseManifest } from '../../core/manifest/parse.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { System } from '../../model/system.ts'
import { ownFolder } from './own-folder.ts'
import { readHomeJson } from './home-json.ts'
import type { DetectOptions } from './options.ts'

const listed = (distro: DetectOptions['distro']): readonly string[] =>
  distro === undefined ? [] : typeof distro === 'string' ? [distro] : distro

/** What the manifest on this side says takes part. One that cannot be read says nothing here; whoever uses it says why. */
async function manifestDistros(system: System, own: Environment): Promise<readonly string[]> {
  const here = toHere(own, layout(own, ownFolder(system, own)).manifest)
  const bytes = here === null ? null : await system.files.read(here)
  if (bytes === null) return []
  const parsed = parseManifest(
    bytes,
    clients.map(({ id }) => id),
  )
  return parsed.ok ? (parsed.manifest.distros ?? []) : []
}

/** The distribution where home is recorded to be, if it is in one. */
export async function homeDistro(system: System, own: Environment): Promise<readonly string[]> {
  const here = toHere(own, joinPath(own, ownFolder(system, own), homeJsonName))
  const home = here === null ? null : await readHomeJson(system, here)
  return home?.environment.startsWith('wsl:') ? [home.environment.slice('wsl:'.length)] : []
}

/**
 * The distributions to look for: those that were asked for and those that take part, or else the one where home is recorded to
 * be. None: whatever this side finds by itself. `isUsed` false: our folder is not asked.
 */
export async function wantedDistros(system: System, own: Environment, options: DetectOptions, isUsed = true): Promise<readonly string[]> {
  if (!isUsed) return listed(options.distro)
  const named = [...listed(options.distro), ...(await manifestDistros(system, own))]
  const once = named.filter((name, at) => named.findIndex((each) => each.toLowerCase() === name.toLowerCase()) === at)
  return once.length > 0 ? once : homeDistro(system, own)
}
