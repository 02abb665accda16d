import { clients } from '../../catalog/clients/index.ts'
import { renderLaunch } from '../../core/launch/render.ts'
import type { RenderContext } from '../../core/launch/request.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { isOwnScript } from '../../core/launch/launcher.ts'
import { serverOn } from '../../core/launch/side.ts'
import { layout } from '../../core/layout.ts'
import { lockedFor } from '../../core/manifest/locked.ts'
import { keysOf } from '../../core/manifest/names.ts'
import { nearest } from '../../core/nearest.ts'
import type { PackagePrefix } from '../../core/packages/place.ts'
import { toHere } from '../../core/paths.ts'
import { TwinError, usageError } from '../../errors.ts'
import type { Entry } from '../../model/entry.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetOwn } from '../store/vet.ts'
import type { NeededPackage } from '../packages/ready.ts'
import { openSecrets } from '../store/secrets.ts'
import { loadLock } from '../manifest/records.ts'
import type { LocalSide } from './local-side.ts'
import { readLaunches } from '../store/own-launches.ts'

/** A server, ready to be started or reached: its entry holds its own keys and no others. */
export interface FoundServer {
  readonly server: string
  readonly entry: Secret<Entry>
  /** Names of its keys. */
  readonly keys: readonly string[]
  /** It is a package's JavaScript, which may run in this very process. */
  readonly script: boolean
  /** The package of that script, where this side's lock tells which one it is. */
  readonly needed?: NeededPackage
  /** The folder that it is started in; absent: that of whoever started us. */
  readonly cwd?: ReachablePath
}

export const clientIds = clients.map((client) => client.id)

/** The file of our folder as this process opens it. */
function inFolder({ self }: LocalSide, path: NativePath): ReachablePath {
  const here = toHere(self, path)
  if (here === null) throw new TwinError('no-folder', `${path} is not reached from here.`, { hint: 'look at MCP_TWIN_HOME' })
  return here
}

/** The user's own manifest; null where none is on this side. */
export async function userManifest(system: System, local: LocalSide): Promise<Manifest | null> {
  const { manifest } = layout(local.self, local.folder)
  const vetted = await vetOwn(system, local.self, local.folder)
  return (await loadManifest(system, vetted.manifest, manifest, clientIds))?.manifest ?? null
}

/** Finds a server by its name: in home's manifest, or on any other side in what the last sync left there for it. */
export async function findServer(system: System, local: LocalSide, name: string): Promise<FoundServer> {
  const paths = layout(local.self, local.folder)
  if (!local.home) {
    const read = await readLaunches(system, inFolder(local, paths.launches))
    const servers = read === null ? {} : reveal(read.launches).servers
    const found = Object.hasOwn(servers, name) ? servers[name] : undefined
    if (found === undefined) throw unknown(name, Object.keys(servers), `Nothing on this side says how "${name}" is started`)
    return { server: name, entry: new Secret<Entry>(found.entry), keys: found.keys, script: found.script }
  }
  const manifest = await userManifest(system, local)
  if (manifest === null) throw usageError(`There is no manifest yet at ${paths.manifest}.`, { hint: 'mcp-twin init' })
  const { lock } = await vetOwn(system, local.self, local.folder)
  return resolveFrom(system, local, { manifest, lock: await loadLock(system, lock), name, keysOf: manifest })
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
  /** Absent: it is home's own manifest. */
  readonly origin?: 'named' | 'project'
}

const unknown = (name: string, names: readonly string[], words = `There is no server "${name}" in the manifest`): TwinError => {
  const guess = nearest(name, names)
  return usageError(`${words}${guess === null ? '' : `; did you mean "${guess}"?`}`, {
    hint: guess === null ? 'mcp-twin list; mcp-twin sync brings every side up to date' : `mcp-twin run ${guess}`,
  })
}

/** A server of a manifest with its own keys filled in. */
export async function resolveFrom(system: System, local: LocalSide, source: Source): Promise<FoundServer> {
  const { name } = source
  const manifest = source.origin === 'project' ? installedOnly(source.manifest) : source.manifest
  const server = Object.hasOwn(manifest.servers, name) ? manifest.servers[name] : undefined
  if (server === undefined) throw unknown(name, Object.keys(manifest.servers))
  if (server.disabled === true) throw usageError(`"${name}" is switched off.`, { hint: `mcp-twin enable ${name}` })
  const spec = serverOn(server, local.self)
  const keys = await ownKeys(system, local, source, spec)
  const context: RenderContext = {
    manifest,
    world: local.world,
    home: local.self,
    lock: source.lock,
    folders: (id) => (id === local.self.id ? local.folder : null),
    key: (wanted) => keys.get(wanted) ?? null,
    variable: (wanted) => system.variables[wanted],
  }
  const entry = render(local, context, name, server)
  const script = isOwnScript(reveal(entry), spec, local.self)
  const needed = script ? neededBy(source, spec, prefixOn(manifest, local.self)) : {}
  return { server: name, entry, keys: [...keys.keys()], script, ...needed }
}

/**
 * A project's packages are started from where we install them, and nowhere else: npx would take the settings of the
 * project's folder, and run install scripts with the server's keys in their environment.
 */
const installedOnly = ({ version, servers }: Manifest): Manifest => ({
  version,
  servers: Object.fromEntries(Object.entries(servers).map(([name, { launch: _, ...server }]) => [name, server])),
  launch: 'direct',
})

/** The package that a script is started from. */
function neededBy(
  { lock, origin }: Source,
  { package: words, allowScripts }: ServerSpec,
  prefix: PackagePrefix,
): Pick<FoundServer, 'needed'> {
  const locked = words === undefined ? undefined : lockedFor(lock, words)
  if (locked === undefined || 'refuse' in locked) return {}
  const isAllowed = allowScripts === true
  return { needed: { locked, prefix, allowScripts: isAllowed, verified: origin !== undefined, npmrcOnly: origin === 'project' } }
}

/** The keys that this server names, and no other one's. */
async function ownKeys(system: System, local: LocalSide, source: Source, spec: ServerSpec): Promise<ReadonlyMap<string, Secret<string>>> {
  const found = new Map<string, Secret<string>>()
  const secrets = openSecrets(system, local.folderHere, source.keysOf)
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

function render(local: LocalSide, context: RenderContext, name: string, server: ServerSpec): Secret<Entry> {
  const [client] = clients
  if (client === undefined) throw new Error('the catalog of clients is empty')
  const made = renderLaunch({ ...context, server, name, client, environment: local.self, scope: 'user' })
  if (made.kind === 'launch') return made.entry
  throw new TwinError(
    'not-started',
    `"${name}" cannot be started: ${made.reason}.`,
    'hint' in made ? { hint: made.hint } : { hint: 'mcp-twin list' },
  )
}
