import { passingName, passingPid } from '../../core/packages/place.ts'
import { fromHere, joinPath, toHere } from '../../core/paths.ts'
import { TwinError } from '../../errors.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'

/** A side's path as we open it. Installing comes after planning, which has seen that the side can be reached. */
export function reach(environment: Environment, path: NativePath) {
  const here = toHere(environment, path)
  if (here === null) throw new TwinError('unreachable', `${path} cannot be reached from here`, { hint: 'mcp-twin doctor' })
  return here
}

/** Removes what killed runs left half done in a folder of ours. The pids are of this side, whichever side the folder is on: we made them. */
export async function sweep(system: System, environment: Environment, folder: NativePath): Promise<void> {
  for (const name of await system.files.list(reach(environment, folder))) {
    const pid = passingPid(name)
    if (pid === null || pid === system.pid || system.isAlive(pid)) continue
    await removeQuietly(system, environment, joinPath(environment, folder, name))
  }
}

/** A new folder beside the final ones, under a name that says it is not whole. */
export async function makePart(system: System, environment: Environment, folder: NativePath): Promise<NativePath> {
  const part = joinPath(environment, folder, passingName('part', system.pid, system.random(4)))
  await system.files.makeDirectory(reach(environment, part))
  return part
}

/**
 * A folder as npm is to be told of it: without links on its way. Through a link, npm notes its packages by their way from the
 * one spelling to the other (`../../real/…/node_modules/name`, seen with npm 10.8). As it was where its side has no other
 * spelling, and where the real one is a share behind a drive, in which no install script can be started (cmd.exe).
 */
export async function withoutLinks(system: System, environment: Environment, path: NativePath): Promise<NativePath> {
  const real = await system.files.realPath(reach(environment, path))
  const spelled = real === null ? null : fromHere(environment, real)
  return spelled === null || (spelled.startsWith('\\\\') && !path.startsWith('\\\\')) ? path : spelled
}

/** Gives a whole folder its final name. What bore it before is moved aside first, so that no name ever leads to a mixture. */
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

/** Renames a folder that is to go, so that a removal that is cut short leaves nothing that looks whole. Null: it was not there. */
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

/** Windows refuses to remove what is in use; a later run tries again, since the name tells that it is to go. */
export async function removeQuietly(system: System, environment: Environment, path: NativePath): Promise<void> {
  try {
    await removeThere(system, environment, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error
  }
}

/** How long a distribution, which may have to boot first, is given to remove a folder. */
const removeMs = 30_000

/**
 * Removes a folder of ours on any side. A distribution's own `rm` does it where Windows cannot: names that Windows has no
 * spelling for, and links that lead nowhere, which a failed npm leaves in `.bin` (seen with node 22.23 under Wine 10, which
 * does not list such a link). Throws what the system said when that does not help either.
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
