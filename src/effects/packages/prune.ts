import { layout, packageFolder } from '../../core/layout.ts'
import { baseName, joinPath } from '../../core/paths.ts'
import { passingPid } from '../../core/packages/place.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LockedPackage } from '../../model/lock.ts'
import { native, type NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { moveAside, reach, removeQuietly, sweep } from './leftovers.ts'
import { announced, useFolder, usersOf } from './users.ts'
import { readOn } from './installed.ts'
import { isId, ownPackage } from './self-package.ts'

export interface Pruned {
  /** Names of removed folders: `tavily-mcp@0.2.21`. */
  readonly removed: readonly string[]
  /** Names of folders that a running process uses; the next run tries again. */
  readonly busy: readonly string[]
}

/**
 * Removes package folders of ours that are no longer needed. `wanted`: the packages of the lock and of client entries;
 * `named`: texts that may name a folder (commands and arguments of entries).
 */
export async function prunePackages(
  system: System,
  world: World,
  environment: Environment,
  folder: NativePath,
  wanted: Iterable<Pick<LockedPackage, 'name' | 'version'>>,
  named: Iterable<string> = [],
): Promise<Pruned> {
  const { npm, pypi } = layout(environment, folder)
  const keep = new Set([...wanted].map(({ name, version }) => packageFolder(name, version)))
  const texts = [...named]
  const pruned: Pruned[] = []
  for (const parent of [npm, pypi]) {
    await sweep(system, environment, parent)
    const names = (await system.files.list(reach(environment, parent))).filter(
      (name) => name.includes('@', 1) && passingPid(name) === null && !keep.has(name) && !texts.some((text) => text.includes(name)),
    )
    pruned.push(await removeUnused(system, world, environment, parent, names))
  }
  return { removed: pruned.flatMap(({ removed }) => removed), busy: pruned.flatMap(({ busy }) => busy) }
}

/** Removes those folders below `parent` that no process of that side names in its command line or has announced to use. */
export async function removeUnused(
  system: System,
  world: World,
  environment: Environment,
  parent: NativePath,
  names: readonly string[],
): Promise<Pruned> {
  if (names.length === 0) return { removed: [], busy: [] }
  const pids = new Map<string, number[]>()
  for (const name of names) pids.set(name, await announced(system, environment, joinPath(environment, parent, name, useFolder)))
  const users = await usersOf(system, world, environment, parent, [...pids.values()].flat())
  if (users === null) return { removed: [], busy: names }
  const spoken = users.commands.map((command) => command.replaceAll('\\', '/').toLowerCase())
  const inUse = (name: string): boolean =>
    (pids.get(name) ?? []).some((pid) => users.alive.has(pid)) || spoken.some((command) => command.includes(`/${name.toLowerCase()}/`))
  const removed: string[] = []
  for (const name of names.filter((each) => !inUse(each))) {
    if (await removeOne(system, environment, parent, name)) removed.push(name)
  }
  return { removed, busy: names.filter((name) => !removed.includes(name)) }
}

async function removeOne(system: System, environment: Environment, parent: NativePath, name: string): Promise<boolean> {
  try {
    const old = await moveAside(system, environment, parent, joinPath(environment, parent, name))
    if (old !== null) await removeQuietly(system, environment, old)
    return true
  } catch (error) {
    // Windows does not rename a folder while a program has a file open in it.
    if (error instanceof Error && 'code' in error) return false
    throw error
  }
}

/** Records that this process uses the package at `files` for as long as it runs; a later prune checks the pid. */
export async function announceUse(system: System, environment: Environment, files: NativePath): Promise<void> {
  const found = /^(.*[\\/]npm[\\/][^\\/]+@[^\\/]+)[\\/]node_modules[\\/]/.exec(files)
  if (found?.[1] === undefined) return
  const folder = joinPath(environment, native(found[1]), useFolder)
  await system.files.makeDirectory(reach(environment, folder))
  for (const pid of await announced(system, environment, folder)) {
    if (!system.isAlive(pid)) await removeQuietly(system, environment, joinPath(environment, folder, String(pid)))
  }
  const mark = joinPath(environment, folder, String(system.pid))
  if (!(await announced(system, environment, folder)).includes(Number(baseName(environment, mark)))) {
    await system.files.create(reach(environment, mark), new Uint8Array(), 0o600)
  }
}

/** A starting process reads `current` before it announces itself; that takes less than this. */
const settledMs = 60_000

/**
 * Removes versions of this program that `app/current` does not name and no process uses. The launcher announces each process
 * by a file `.use/<pid>` in its version's folder, since its command line does not tell the version.
 */
export async function pruneSelf(system: System, world: World, environment: Environment, folder: NativePath): Promise<Pruned> {
  const { app, current } = layout(environment, folder)
  await sweep(system, environment, app)
  const named = (await readOn(system, environment, current))?.trim()
  const changed = await system.files.look(reach(environment, current))
  if (named === undefined || changed === null || Math.abs(system.now() - changed.modifiedMs) < settledMs) return { removed: [], busy: [] }
  const { id } = await ownPackage(system)
  const names = (await system.files.list(reach(environment, app))).filter((name) => isId(name) && name !== named && name !== id)
  return removeUnused(system, world, environment, app, names)
}
