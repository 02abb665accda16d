import { passingName, passingPid } from '../../core/packages/place.ts'
import { fromHere, joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** Returns a side's path as this process opens it. Throws where it cannot: planning has checked that it can. */
export function reach(environment: Environment, path: NativePath) {
  const here = toHere(environment, path)
  if (here === null) throw new TwinError('unreachable', `${path} cannot be reached from here`, { hint: 'mcp-twin doctor' })
  return here
}

/** Removes temporary folders of killed runs. Their names hold pids of this side, whichever side the folder is on. */
export async function sweep(system: System, environment: Environment, folder: NativePath): Promise<void> {
  for (const name of await system.files.list(reach(environment, folder))) {
    const pid = passingPid(name)
    if (pid === null || pid === system.pid || system.isAlive(pid)) continue
    await removeQuietly(system, environment, joinPath(environment, folder, name))
  }
}

/** Makes a temporary folder beside the final ones. */
export async function makePart(system: System, environment: Environment, folder: NativePath): Promise<NativePath> {
  const part = joinPath(environment, folder, passingName('part', system.pid, system.random(4)))
  await system.files.makeDirectory(reach(environment, part))
  return part
}

/**
 * Returns the real path of a folder, for npm. Given a path through a link, npm records its packages relative to the other
 * spelling (`../../real/…/node_modules/name`, seen with npm 10.8). Returns the path unchanged where its side cannot spell the
 * real one, or where that is a network share behind a drive, where cmd.exe cannot start install scripts.
 */
export async function withoutLinks(system: System, environment: Environment, path: NativePath): Promise<NativePath> {
  const real = await system.files.realPath(reach(environment, path))
  const spelled = real === null ? null : fromHere(environment, real)
  return spelled === null || (spelled.startsWith('\\\\') && !path.startsWith('\\\\')) ? path : spelled
}

/** Renames a complete folder to its final name. A former folder of that name is moved aside first, so the two never mix. */
export async function settle(
  system: System,
  environment: Environment,
  folder: NativePath,
  part: NativePath,
  target: NativePath,
): Promise<void> {
  const old = await moveAside(system, environment, folder, target)
  await system.files.rename(reach(environment, part), reach(environment, target))
  await system.files.flush(reach(environment, folder))
  if (old !== null) await removeQuietly(system, environment, old)
}

/** Renames a folder before its removal, so that an interrupted removal leaves nothing that looks complete. Null: it did not exist. */
export async function moveAside(
  system: System,
  environment: Environment,
  folder: NativePath,
  target: NativePath,
): Promise<NativePath | null> {
  if ((await system.files.look(reach(environment, target))) === null) return null
  const old = joinPath(environment, folder, passingName('old', system.pid, system.random(4)))
  await system.files.rename(reach(environment, target), reach(environment, old))
  return old
}

/** Removes a folder if possible. Windows refuses while it is in use; a later `sweep` recognizes the name. */
export async function removeQuietly(system: System, environment: Environment, path: NativePath): Promise<void> {
  try {
    await removeThere(system, environment, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

/** Time limit for a distribution, which may have to boot first, to remove a folder. */
const removeMs = 30_000

/**
 * Removes a folder of ours on any side. Falls back to the distribution's `rm` where Windows cannot remove something: names
 * that Windows cannot spell, and dangling links that a failed npm leaves in `.bin` (not listed by node 22.23 under Wine 10).
 * Throws the first error where that fails too.
 */
export async function removeThere(system: System, environment: Environment, path: NativePath): Promise<void> {
  try {
    await system.files.remove(reach(environment, path))
  } catch (error) {
    const { exec, kind, self } = environment
    if (self || kind !== 'wsl' || exec === undefined) throw error
    const { code } = await system.run({ argv: [...exec, '/bin/rm', '-rf', '--', path], timeoutMs: removeMs })
    if (code !== 0) throw error
  }
}
