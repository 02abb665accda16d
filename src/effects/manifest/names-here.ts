import { dirname, join, resolve } from 'node:path'
import { commentedOrNull } from '../../core/formats/json/loose.ts'
import { folderName, homeJsonName, manifestName } from '../../core/layout.ts'
import { templateNames } from '../../core/keys/template.ts'
import { isObject } from '../../core/object.ts'
import { toHere } from '../../core/paths.ts'
import { native, type ReachablePath, reachable } from '../../model/path.ts'
import type { System } from '../../model/system.ts'
import { isRunId } from '../store/run-index.ts'
import { isTrouble } from '../store/trouble.ts'

/** Names that this side knows without asking another one or starting anything. */
export interface NamesHere {
  readonly servers: readonly string[]
  /** Those that have an address, and of these the ones that are reached by a login. */
  readonly remotes: readonly string[]
  readonly logins: readonly string[]
  /** Keys that the servers ask for. */
  readonly keys: readonly string[]
  /** Ids of the sides that were found last. */
  readonly sides: readonly string[]
  /** Ids of runs, the newest first. */
  readonly runs: readonly string[]
  /** Files of plugins. */
  readonly plugins: readonly string[]
}

/** Folders are searched upwards this many levels at most. */
const LEVELS_MAX = 64
const MOST_BYTES = 4 * 1024 * 1024

const none: NamesHere = { servers: [], remotes: [], logins: [], keys: [], sides: [], runs: [], plugins: [] }

/** Reads the names for a shell's completion. Whatever cannot be read has none: a shell that asks wants no error. */
export async function namesHere(system: System, { manifest, isUser }: { manifest?: string; isUser: boolean }): Promise<NamesHere> {
  const folder = ownFolderHere(system)
  if (folder === null) return none
  const own = at(folder, manifestName)
  const file = manifest !== undefined ? at(system.cwd, manifest) : isUser ? own : ((await projectManifest(system, folder)) ?? own)
  const document = await read(system, file)
  const servers = isObject(document) && isObject(document.servers) ? document.servers : {}
  const cache = await read(system, at(folder, 'cache.json'))
  // On the side that is not home, the servers that `run` starts there are what is known of the manifest.
  const launches =
    document === null && (await read(system, at(folder, homeJsonName))) !== null ? await read(system, at(folder, 'launches.json')) : null
  const started = isObject(launches) && isObject(launches.servers) ? Object.keys(launches.servers) : []
  const having = (field: string): string[] =>
    Object.entries(servers).flatMap(([name, server]) => (isObject(server) && server[field] !== undefined ? [name] : []))
  return {
    servers: [...Object.keys(servers), ...started],
    remotes: having('url'),
    logins: having('auth'),
    keys: templateNames([JSON.stringify(servers)], 'secret'),
    sides: isObject(cache) && Array.isArray(cache.environments) ? cache.environments.flatMap(idOf) : [],
    plugins: (await list(system, at(folder, 'bridge/plugins'))).filter((name) => /\.[cm]?js$/.test(name)),
    runs: (await list(system, at(folder, 'backups'))).filter(isRunId).sort().reverse(),
  }
}

/** Ids of extensions beside the files of programs that we wrote last, on this side and those that it knows. */
export async function extensionsHere(system: System): Promise<readonly string[]> {
  const folder = ownFolderHere(system)
  if (folder === null) return []
  // Loaded here: no other name that is completed needs them.
  const [{ clients }, { stateSchema }, { readCache }] = await Promise.all([
    import('../../catalog/clients/index.ts'),
    import('../../model/state.ts'),
    import('../machine/cache.ts'),
  ])
  const state = stateSchema.safeParse(await read(system, at(folder, 'state.json')))
  const { environments = [] } = (await readCache(system, at(folder, 'cache.json'))) ?? {}
  const found: string[] = []
  for (const [side, ofSide] of Object.entries(state.success ? state.data.files : {})) {
    const environment = environments.find(({ id }) => id === side)
    for (const { id, extensions } of clients)
      for (const file of extensions === undefined ? [] : Object.keys(ofSide[id] ?? {})) {
        const here = environment === undefined ? file : toHere(environment, native(file))
        if (here !== null && extensions !== undefined) found.push(...(await list(system, at(dirname(here), extensions.folder))))
      }
  }
  return found
}

const at = (folder: string, name: string): ReachablePath => reachable(resolve(folder, name))

const idOf = (side: unknown): string[] => (isObject(side) && typeof side.id === 'string' ? [side.id] : [])

function ownFolderHere({ variables, platform }: System): string | null {
  const home = platform === 'win32' ? variables.USERPROFILE : variables.HOME
  return variables.MCP_TWIN_HOME ?? (home ? join(home, folderName) : null)
}

/** The manifest of the project that the working directory is in: upwards to the git root, never the home folder itself. */
async function projectManifest(system: System, own: string): Promise<ReachablePath | null> {
  if (system.cwdIsGone === true) return null
  let folder: string = system.cwd
  for (let level = 0; level < LEVELS_MAX && folder !== dirname(own) && folder !== own; level++) {
    const file = at(folder, manifestName)
    if ((await look(system, file)) === 'file') return file
    if ((await look(system, at(folder, '.git'))) !== null || dirname(folder) === folder) return null
    folder = dirname(folder)
  }
  return null
}

async function look(system: System, path: ReachablePath): Promise<string | null> {
  return quietly(async () => (await system.files.look(path))?.kind ?? null, null)
}

const list = (system: System, path: ReachablePath): Promise<string[]> => quietly(() => system.files.list(path), [])

/** The value of a JSON file with comments; null where there is none, or it is no plain file of usual size. */
const read = (system: System, path: ReachablePath): Promise<unknown> =>
  quietly(async () => {
    const facts = await system.files.look(path, 'follow')
    const bytes = facts?.kind === 'file' && facts.size <= MOST_BYTES ? await system.files.read(path) : null
    return bytes === null ? null : commentedOrNull(new TextDecoder().decode(bytes))
  }, null)

async function quietly<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (isTrouble(error)) return otherwise
    throw error
  }
}
