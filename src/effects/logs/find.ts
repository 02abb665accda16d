import { clients } from '../../catalog/clients/index.ts'
import { ownLogs, sameServer } from '../../core/logs/places.ts'
import { layout } from '../../core/layout.ts'
import { joinPath, toHere } from '../../core/paths.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { LogPlace } from '../../model/log-place.ts'
import { type NativePath, native, type ReachablePath } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'

/** A log file, its program and its server. */
export interface LogFile {
  readonly environment: string
  /** A client's id, or `mcp-twin`. */
  readonly program: string
  /** The server that it is about; null: all of them. */
  readonly server: string | null
  readonly file: NativePath
  readonly here: ReachablePath
  readonly modifiedMs: number
}

interface Folder {
  readonly path: NativePath
  readonly server: string | null
}

async function foldersOf(system: System, environment: Environment, place: LogPlace): Promise<Folder[]> {
  let level: Folder[] = [{ path: place.base, server: null }]
  for (const pattern of place.folders) {
    const next: Folder[] = []
    for (const { path, server } of level) {
      const here = toHere(environment, path)
      for (const name of here === null ? [] : await quietly(system.files.list(here), [])) {
        const found = pattern.exec(name)
        if (found !== null) next.push({ path: joinPath(environment, path, name), server: found[1] ?? server })
      }
    }
    level = next
  }
  return level
}

/** Returns `otherwise` where a folder cannot be read. */
async function quietly<T>(work: Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error) return otherwise
    throw error
  }
}

async function logsIn(system: System, environment: Environment, program: string, place: LogPlace): Promise<LogFile[]> {
  const found: LogFile[] = []
  for (const folder of await foldersOf(system, environment, place)) {
    const here = toHere(environment, folder.path)
    const names = (here === null ? [] : await quietly(system.files.list(here), [])).filter((name) => place.file.test(name))
    // File names begin with the session's time, so the last one is the newest.
    for (const name of place.newestOnly ? names.slice(-1) : names) {
      const file = joinPath(environment, folder.path, name)
      const path = toHere(environment, file)
      const facts = path === null ? null : await quietly(system.files.look(path, 'follow'), null)
      if (path === null || facts?.kind !== 'file') continue
      const server = place.file.exec(name)?.[1] ?? folder.server
      found.push({ environment: environment.id, program, server, file, here: path, modifiedMs: facts.modifiedMs })
    }
  }
  return found
}

/** Returns the logs of all sides that can be reached from here, newest last; with `server`, only those about it. */
export async function findLogs(system: System, world: World, home: HomePlace, server?: string): Promise<LogFile[]> {
  const found: LogFile[] = []
  for (const environment of world.environments) {
    const cache = environment.variables?.XDG_CACHE_HOME ?? (environment.self ? system.variables.XDG_CACHE_HOME : undefined)
    for (const client of clients)
      for (const place of client.logs?.(environment, cache ? native(cache) : undefined) ?? [])
        found.push(...(await logsIn(system, environment, client.id, place)))
    if (environment.id === home.environment.id)
      found.push(...(await logsIn(system, environment, 'mcp-twin', ownLogs(layout(environment, home.folder).bridge))))
  }
  // XDG_CACHE_HOME may name the default folder, which is listed twice then.
  const once = new Map(found.map((log) => [log.here, log]))
  return [...once.values()]
    .filter((log) => server === undefined || (log.server !== null && sameServer(log.server, server)))
    .sort((a, b) => a.modifiedMs - b.modifiedMs)
}
