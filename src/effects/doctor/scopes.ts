import type { ClientFile, ClientScopes } from '../../core/doctor/facts.ts'
import { dirName, fromHere, joinPath, toHere } from '../../core/paths.ts'
import type { Environment } from '../../model/environment.ts'
import type { NativePath } from '../../model/path.ts'
import type { ScopeRequest } from '../../model/scopes.ts'
import type { System } from '../../model/system.ts'
import { isFolderGone, workingFolder } from '../machine/delegate.ts'
import { sideFiles } from '../machine/side-files.ts'
import { escapeFrom } from '../store/inside.ts'

/** Most folders searched upwards. */
const LEVELS_MAX = 64

/** Returns the working folder and those above it, nearest first. */
function foldersAbove(system: System, side: Environment): NativePath[] {
  const found: NativePath[] = []
  let folder = isFolderGone(system) ? null : fromHere(side, workingFolder(system, side))
  while (folder !== null && found.length < LEVELS_MAX && found.at(-1) !== folder) {
    found.push(folder)
    folder = dirName(side, folder)
  }
  return found
}

/** Reads files of projects; a link that leads out of its folder is not followed. */
function insideReader(system: System, side: Environment): ScopeRequest['readInside'] {
  const files = sideFiles(system, side)
  return async (folder, ...names) => {
    const path = joinPath(side, folder, ...names)
    const [here, file] = [toHere(side, folder), toHere(side, path)]
    const root = here === null ? null : await system.files.realPath(here)
    return root === null || file === null || (await escapeFrom(system, root, file)) !== null ? null : files.read(path)
  }
}

/** Reads the other scopes of clients that have several, on every side where they take part. */
export async function observeScopes(system: System, used: readonly ClientFile[], sides: readonly Environment[]): Promise<ClientScopes[]> {
  const windows = sides.find(({ kind }) => kind === 'windows')
  const found = used.map(async ({ client, environment, scope, file, here }): Promise<ClientScopes[]> => {
    const read = here === null ? undefined : await client.scopes?.()
    if (read === undefined) return []
    const scopes = await read({
      environment,
      file: scope === 'user' ? file : client.file(environment),
      files: sideFiles(system, environment),
      windows: windows === undefined ? null : { environment: windows, files: sideFiles(system, windows) },
      folders: environment.self ? foldersAbove(system, environment) : [],
      readInside: insideReader(system, environment),
    })
    return [{ client, environment, ...scopes }]
  })
  return (await Promise.all(found)).flat()
}
