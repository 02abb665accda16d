import { onDrive, toHere, translate } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import { native, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Returns a side's path as this process opens it: a distribution's `/mnt/c/x` is a file of Windows. */
export function openHere(world: World, side: Environment, path: string): ReachablePath | null {
  const windows = onDrive(side, path) === null ? undefined : world.environments.find(({ kind }) => kind === 'windows')
  const there = windows === undefined ? null : translate(world, native(path), side, windows)
  const mapped = windows === undefined || there === null ? null : toHere(windows, there)
  return mapped ?? toHere(side, native(path))
}

/** Returns whether a file exists; null: unknown from here. */
export async function isThere(system: System, world: World, side: Environment, path: string): Promise<boolean | null> {
  const here = openHere(world, side, path)
  if (here === null) return null
  try {
    return (await system.files.look(here, 'follow')) !== null
  } catch (error) {
    if (error instanceof Error && 'code' in error) return null
    throw error
  }
}

/** Returns the value of a JSON file; undefined if it is missing or cannot be read. */
export async function readJson(system: System, here: ReachablePath | null): Promise<unknown> {
  if (here === null) return undefined
  try {
    const bytes = await system.files.read(here)
    return bytes === null ? undefined : JSON.parse(new TextDecoder().decode(bytes))
  } catch (error) {
    if (error instanceof SyntaxError || (error instanceof Error && 'code' in error)) return undefined
    throw error
  }
}
