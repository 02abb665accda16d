import { layout } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import { readTemporaryName } from '../../model/temporary.ts'
import type { System } from '../../model/system.ts'
import { isTrouble, wordsOf } from '../store/trouble.ts'
import { removeThere } from '../packages/leftovers.ts'

export interface Cleared {
  readonly removed: readonly NativePath[]
  /** Files left in the folder. */
  readonly kept: readonly NativePath[]
  readonly failed: readonly { readonly path: NativePath; readonly reason: string; readonly hint: string }[]
}

/** Our files on every side; `locks` comes last, since we hold one of them. */
const installed = (environment: Environment, folder: NativePath): NativePath[] => {
  const at = layout(environment, folder)
  const trust = joinPath(environment, folder, 'trust.json')
  return [at.cache, at.state, at.homeJson, at.launches, at.logins, at.weights, trust, at.npm, at.pypi, at.app, at.bin, at.locks]
}

/** Files at home that belong to the user. */
const owned = (environment: Environment, folder: NativePath): NativePath[] => {
  const at = layout(environment, folder)
  return [at.manifest, at.lock, at.secrets, at.backups, at.bridge]
}

/** Whether a folder holds what an uninstall removes, and what of it an uninstall keeps; a lock or what detection found is neither. */
export async function contentsOf(
  system: System,
  environment: Environment,
  folder: NativePath,
): Promise<{ readonly installed: boolean; readonly owned: readonly NativePath[] }> {
  const at = layout(environment, folder)
  const there = async (paths: readonly NativePath[]): Promise<NativePath[]> => {
    const found: NativePath[] = []
    for (const path of paths) {
      const here = toHere(environment, path)
      if (here !== null && (await system.files.look(here)) !== null) found.push(path)
    }
    return found
  }
  const removable = installed(environment, folder).filter((each) => each !== at.locks && each !== at.cache)
  return { installed: (await there(removable)).length > 0, owned: await there(owned(environment, folder)) }
}

/** Removes our files in a side's folder; with `purge` the user's too. Removes the folder if it is empty then. */
export async function clearFolder(system: System, environment: Environment, folder: NativePath, purge: boolean): Promise<Cleared> {
  const here = toHere(environment, folder)
  const removed: NativePath[] = []
  const failed: { path: NativePath; reason: string; hint: string }[] = []
  if (here === null || (await system.files.look(here)) === null) return { removed, kept: [], failed }
  const passing = (await system.files.list(here)).filter((name) => readTemporaryName(name) !== null)
  const paths = [
    ...passing.map((name) => joinPath(environment, folder, name)),
    ...(purge ? owned(environment, folder) : []),
    ...installed(environment, folder),
  ]
  for (const path of paths) {
    const at = toHere(environment, path)
    if (at === null || (await system.files.look(at)) === null) continue
    try {
      await removeThere(system, environment, path)
      removed.push(path)
    } catch (error) {
      if (!isTrouble(error)) throw error
      const { reason = error.message, hint = 'close the programs that use it, then: mcp-twin uninstall' } = wordsOf(error, path)
      failed.push({ path, reason, hint })
    }
  }
  if (await system.files.removeEmptyDirectory(here)) return { removed: [...removed, folder], kept: [], failed }
  return { removed, kept: (await system.files.list(here)).map((name) => joinPath(environment, folder, name)), failed }
}
