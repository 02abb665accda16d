import { clients } from '../../catalog/clients/index.ts'
import { type RenderContext, renderLaunch } from '../../core/launch/render.ts'
import { isOwnScript } from '../../core/launch/own-script.ts'
import { serverOn } from '../../core/launch/side.ts'
import { layout } from '../../core/layout.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { nearest } from '../../core/nearest.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Entry } from '../../model/entry.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import { type NativePath, native, type ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetOwn } from '../ownership/vet.ts'
import { openSecrets } from '../secrets/store.ts'
import { loadLock } from '../situation/records.ts'
import type { RunGround } from './ground.ts'
import { readLaunches } from './own-launches.ts'

/** A server, ready to be started or reached: its entry holds its own keys and no others. */
export interface FoundServer {
  readonly server: string
  readonly entry: Secret<Entry>
  /** Names of its keys. */
  readonly keys: readonly string[]
  /** It is a package's JavaScript, which may run in this very process. */
  readonly script: boolean
  /** The folder that it is started in; absent: that of whoever started us. */
  readonly cwd?: ReachablePath
}

export const clientIds = clients.map((client) => client.id)

/** The file of our folder as this process opens it. */
function inFolder({ self }: RunGround, path: NativePath): ReachablePath {
  const here = toHere(self, path)
  if (here === null) throw new TwinError('no-folder', `${path} is not reached from here.`, { hint: 'look at MCP_TWIN_HOME' })
  return here
}

/** The user's own manifest; null where none is on this side. */
export async function userManifest(system: System, ground: RunGround): Promise<Manifest | null> {
  const { manifest } = layout(ground.self, ground.folder)
  const vetted = await vetOwn(system, ground.self, ground.folder)
  return (await loadManifest(system, vetted.manifest, manifest, clientIds))?.manifest ?? null
}

/** Finds a server by its name: in home's manifest, or on any other side in what the last sync left there for it. */
export async function findServer(system: System, ground: RunGround, name: string): Promise<FoundServer> {
  const paths = layout(ground.self, ground.folder)
  if (!ground.home) {
    const read = await readLaunches(system, inFolder(ground, paths.launches))
    const servers = read === null ? {} : reveal(read.launches).servers
    const found = Object.hasOwn(servers, name) ? servers[name] : undefined
    if (found === undefined) throw unknown(name, Object.keys(servers), `Nothing on this side says how "${name}" is started`)
    return { server: name, entry: new Secret<Entry>(found.entry), keys: found.keys, script: found.script }
  }
  const manifest = await userManifest(system, ground)
  if (manifest === null) throw usageError(`There is no manifest yet at ${paths.manifest}.`, { hint: 'mcp-twin init' })
  const { lock } = await vetOwn(system, ground.self, ground.folder)
  return resolveFrom(system, ground, { manifest, lock: await loadLock(system, lock), name, keysOf: manifest })
}

/** Where a server stands, and whose settings say where its keys and packages are. */
export interface Source {
  readonly manifest: Manifest
  readonly lock: Lock
  readonly name: string
  /** The user's manifest: it says who keeps the keys. */
  readonly keysOf: Pick<Manifest, 'secrets'>
  /** Keys by name, where they are not home's store to ask. */
  readonly keys?: Readonly<Record<string, string>>
}

const unknown = (name: string, names: readonly string[], words = `There is no server "${name}" in the manifest`): TwinError => {
  const guess = nearest(name, names)
  return usageError(`${words}${guess === null ? '' : `; did you mean "${guess}"?`}`, {
    hint: guess === null ? 'mcp-twin list; mcp-twin sync brings every side up to date' : `mcp-twin run ${guess}`,
  })
}

/** A server of a manifest with its own keys filled in. */
export async function resolveFrom(system: System, ground: RunGround, source: Source): Promise<FoundServer> {
  const { manifest, name } = source
  const server = Object.hasOwn(manifest.servers, name) ? manifest.servers[name] : undefined
  if (server === undefined) throw unknown(name, Object.keys(manifest.servers))
  if (server.disabled === true) throw usageError(`"${name}" is switched off.`, { hint: `mcp-twin enable ${name}` })
  const spec = serverOn(server, ground.self)
  const keys = await ownKeys(system, ground, source, spec)
  const context: RenderContext = {
    manifest,
    world: ground.world,
    home: ground.self,
    lock: source.lock,
    folders: (id) => (id === ground.self.id ? ground.folder : null),
    key: (wanted) => keys.get(wanted) ?? null,
    variable: (wanted) => system.variables[wanted],
  }
  const entry = await render(system, ground, context, name, server)
  return { server: name, entry, keys: [...keys.keys()], script: isOwnScript(reveal(entry), spec, ground.self) }
}

/** The keys that this server names, and no other one's. */
async function ownKeys(system: System, ground: RunGround, source: Source, spec: ServerSpec): Promise<ReadonlyMap<string, Secret<string>>> {
  const found = new Map<string, Secret<string>>()
  const secrets = openSecrets(system, ground.folderHere, source.keysOf)
  for (const name of keysOf(spec)) {
    const given = source.keys === undefined ? undefined : Object.hasOwn(source.keys, name) ? source.keys[name] : undefined
    const key = source.keys === undefined ? await secrets.get(name) : given === undefined ? null : new Secret(given)
    const trouble = secrets.trouble(name)
    if (trouble !== null)
      throw new TwinError('no-key', `"${source.name}" needs the key ${name}, and ${trouble}.`, {
        hint: 'run that command by hand to see why; "secrets" in the manifest names it',
      })
    if (key !== null) found.set(name, key)
  }
  return found
}

async function render(system: System, ground: RunGround, context: RenderContext, name: string, server: ServerSpec): Promise<Secret<Entry>> {
  const [client] = clients
  if (client === undefined) throw new Error('the catalog of clients is empty')
  const request = { ...context, name, client, environment: ground.self, scope: 'user' } as const
  const made = renderLaunch({ ...request, server })
  if (made.kind !== 'launch')
    throw new TwinError(
      'not-started',
      `"${name}" cannot be started: ${made.reason}.`,
      'hint' in made ? { hint: made.hint } : { hint: 'mcp-twin list' },
    )
  if (server.package === undefined || (await isThere(system, ground, reveal(made.entry)))) return made.entry
  // The package is not installed here: on a colleague's machine that opened the project, npx brings it.
  const second = renderLaunch({ ...request, server: { ...server, launch: 'npx' } })
  return second.kind === 'launch' ? second.entry : made.entry
}

/** False when the script of a launch is not on the disk. */
async function isThere(system: System, { self }: RunGround, entry: Entry): Promise<boolean> {
  if (entry.kind !== 'stdio' || entry.command !== self.node) return true
  const [script] = entry.args
  const here = script === undefined ? null : toHere(self, native(script))
  return here === null || (await system.files.look(here, 'follow')) !== null
}
