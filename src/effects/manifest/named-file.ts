import { fromHere, isWindows, looksWindowsPath, onDrive, readPath, translate } from '../../core/paths.ts'
import type { ClientDefinition } from '../../model/client.ts'
import type { Environment, World } from '../../model/environment.ts'
import { type NativePath, native, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { absolute } from './place.ts'

interface NamedFileContext {
  readonly world: World
  readonly self: Environment
  readonly home: { readonly environment: Environment }
}

/**
 * The file that the manifest names for a client, as `environment` spells it: in either side's spelling, or from home's `~`.
 * Null where it lies on another side than that one, since one file is the config of a program on one side. What lies on a
 * Windows drive is Windows', however it is spelled, where the client is a program of Windows too.
 */
export function fileInManifest(
  text: string,
  client: ClientDefinition,
  environment: Environment,
  { world, home }: NamedFileContext,
): NativePath | null {
  if (isWindows(environment) && looksWindowsPath(text)) return native(text)
  const placed = readPath(text, world, home.environment)
  if (
    placed !== null &&
    onDrive(placed.environment, placed.path) !== null &&
    client.environments.includes('windows') &&
    world.environments.some(isWindows)
  )
    return isWindows(environment) ? translate(world, placed.path, placed.environment, environment) : null
  if (placed?.environment.id === environment.id) return placed.path
  // A path that this process opens, in a folder by which the other side is reached.
  return environment.self || !/^[\\/]/.test(text) ? null : fromHere(environment, reachable(text))
}

/** The same for the path of a flag, which may hang on the folder it was typed in; the side that it is for is known. */
export function fileOfFlag(system: System, text: string, environment: Environment, { world, self }: NamedFileContext): NativePath {
  if (isWindows(environment) && looksWindowsPath(text)) return native(text)
  const path = absolute(system, self, text, world)
  const reached = environment.self ? null : fromHere(environment, reachable(path))
  return reached ?? translate(world, path, self, environment) ?? path
}
