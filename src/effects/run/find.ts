import { isElsewhere } from '../../core/manifest/machines.ts'
import { onlyElsewhere } from '../manifest/elsewhere.ts'
import { clients } from '../../catalog/clients/index.ts'
import { renderLaunch } from '../../core/launch/render.ts'
import type { RenderContext } from '../../core/launch/request.ts'
import { prefixOn } from '../../core/launch/package.ts'
import { isOwnScript } from '../../core/launch/launcher.ts'
import { serverOn } from '../../core/launch/side.ts'
import { layout } from '../../core/layout.ts'
import { lockedFor } from '../../core/manifest/locked.ts'
import { keysOf, wordsIn } from '../../core/manifest/names.ts'
import { nearest } from '../../core/nearest.ts'
import type { PackagePrefix } from '../../core/packages/place.ts'
import { toHere } from '../../core/paths.ts'
import { noManifest, TwinError, usageError } from '../../errors.ts'
import type { Entry } from '../../model/entry.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest, ServerSpec } from '../../model/manifest.ts'
import type { NativePath, ReachablePath } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { machineName } from '../machine/machine-name.ts'
import { loadManifest } from '../manifest/load.ts'
import { vetOwn } from '../store/vet.ts'
import type { NeededPackage } from '../packages/ready.ts'
import { openSecrets } from '../store/secrets.ts'
import { loadLock, loadState } from '../manifest/records.ts'
import type { LocalSide } from './local-side.ts'
import { readLaunches } from '../store/own-launches.ts'

/** A server with its keys filled in; its entry holds no other keys. */
export interface FoundServer {
  readonly server: string
  readonly entry: Secret<Entry>
  /** Names of its keys. */
  readonly keys: readonly string[]
  /** The command is a package's JavaScript, which may run in this process. */
  readonly script: boolean
  /** The package of that script, or of a Python program, if this side's lock names it. */
  readonly needed?: NeededPackage
  /** It is reached by a login of ours. */
  readonly login?: boolean
  /** Its working directory; absent: that of this process. */
  readonly cwd?: ReachablePath
}

export const clientIds = clients.map((client) => client.id)

/** Returns a file of our folder as this process opens it. */
function inFolder({ self }: LocalSide, path: NativePath): ReachablePath {
  const here = toHere(self, path)
  if (here === null) throw new TwinError('no-folder', `${path} cannot be reached from here.`, { hint: 'check MCP_TWIN_HOME' })
  return here
}

/** Returns the user's own manifest; null if this side has none. */
export async function userManifest(system: System, local: LocalSide): Promise<Manifest | null> {
  const { manifest } = layout(local.self, local.folder)
  const vetted = await vetOwn(system, local.self, local.folder)
  return (await loadManifest(system, vetted.manifest, manifest, clientIds))?.manifest ?? null
}

/** Finds a server by name: in home's manifest, on any other side in the `launches.json` that the last sync wrote. */
export async function findServer(system: System, local: LocalSide, name: string): Promise<FoundServer> {
  const paths = layout(local.self, local.folder)
  if (!local.home) {
    const read = await readLaunches(system, inFolder(local, paths.launches))
    const servers = read === null ? {} : reveal(read.launches).servers
    const found = Object.hasOwn(servers, name) ? servers[name] : undefined
    if (found === undefined) throw unknown(name, Object.keys(servers), `Unknown server "${name}" on this side`)
    return { server: name, entry: new Secret<Entry>(found.entry), keys: found.keys, script: found.script }
  }
  const manifest = await userManifest(system, local)
  if (manifest === null) throw usageError(noManifest(paths.manifest), { hint: 'mcp-twin init' })
  const { lock } = await vetOwn(system, local.self, local.folder)
  return resolveFrom(system, local, { manifest, lock: await loadLock(system, lock), name, keysOf: manifest })
}

/** The manifest and lock of a server, and where its keys come from. */
export interface LaunchSource {
  readonly manifest: Manifest
  readonly lock: Lock
  readonly name: string
  /** The user's manifest: `secrets` names the program that stores the keys. */
  readonly keysOf: Pick<Manifest, 'secrets'>
  /** Keys by name; absent: from the store of home. */
  readonly keys?: Readonly<Record<string, string>>
  /** Absent: home's own manifest. */
  readonly origin?: 'named' | 'project'
}

const unknown = (name: string, names: readonly string[], words = `Unknown server "${name}"`): TwinError => {
  const guess = nearest(name, names)
  return usageError(`${words}${guess === null ? '' : `. Did you mean "${guess}"?`}`, {
    hint: guess === null ? 'to see the names: mcp-twin list; to bring every side up to date: mcp-twin sync' : `mcp-twin run ${guess}`,
  })
}

/** Returns a server of a manifest with its own keys filled in. */
export async function resolveFrom(system: System, local: LocalSide, source: LaunchSource): Promise<FoundServer> {
  const { name } = source
  const manifest = source.origin === 'project' ? installedOnly(source.manifest) : source.manifest
  const server = Object.hasOwn(manifest.servers, name) ? manifest.servers[name] : undefined
  if (server === undefined) throw unknown(name, Object.keys(manifest.servers))
  if (server.disabled === true) throw usageError(`"${name}" is disabled.`, { hint: `mcp-twin enable ${name}` })
  if (source.origin !== 'project' && server.machines !== undefined) await demandMachine(system, local, name, server)
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
    ...(server.extension === undefined || source.origin === 'project' ? {} : await extensionOf(system, local, manifest, server.extension)),
  }
  const entry = render(local, context, name, server)
  const script = isOwnScript(reveal(entry), spec, local.self)
  const isOurs = script || isOwnProgram(reveal(entry), spec, layout(local.self, local.folder).pypi)
  const needed = isOurs ? neededBy(source, spec, prefixOn(manifest, local.self)) : {}
  const login = spec.auth === 'oauth' && source.origin !== 'project' ? { login: true } : {}
  return { server: name, entry, keys: [...keys.keys()], script, ...needed, ...login }
}

/** Throws where a server is for other machines alone. */
async function demandMachine(system: System, local: LocalSide, name: string, server: ServerSpec): Promise<void> {
  const machine = machineName(await loadState(system, inFolder(local, layout(local.self, local.folder).state)))
  if (isElsewhere(server, machine)) throw onlyElsewhere(name, server, machine)
}

/** Returns an extension of Claude Desktop as it is installed now: it is started only as it was agreed to. */
async function extensionOf(system: System, local: LocalSide, manifest: Manifest, id: string): Promise<Pick<RenderContext, 'extensions'>> {
  const { world, self, folder } = local
  const state = await loadState(system, inFolder(local, layout(self, folder).state))
  const { observeExtensions } = await import('../extensions/observe.ts')
  const context = { world, self, home: { environment: self }, manifest, state, sides: world.environments }
  return { extensions: await observeExtensions(system, context, { wanted: new Set([id]) }) }
}

/**
 * A project's packages are only started from where we install them: npx would apply the npmrc of the project's folder, and
 * run install scripts with the server's keys in their environment.
 */
const installedOnly = ({ version, servers }: Manifest): Manifest => ({
  version,
  servers: Object.fromEntries(Object.entries(servers).map(([name, { launch: _, ...server }]) => [name, server])),
  launch: 'direct',
})

/** Whether a console script of our folder is started, and not a command that leads to another side. */
const isOwnProgram = (entry: Entry, { pypi }: ServerSpec, folder: NativePath): boolean =>
  pypi !== undefined && entry.kind === 'stdio' && entry.command.startsWith(folder)

/** Returns the package of a script or program. */
function neededBy({ lock, origin }: LaunchSource, spec: ServerSpec, prefix: PackagePrefix): Pick<FoundServer, 'needed'> {
  const words = wordsIn(spec)
  const locked = words === undefined ? undefined : lockedFor(lock, words)
  if (locked === undefined || 'refuse' in locked) return {}
  const isAllowed = spec.allowScripts === true
  return { needed: { locked, prefix, allowScripts: isAllowed, verified: origin !== undefined, npmrcOnly: origin === 'project' } }
}

/** Returns the keys that this server names. */
async function ownKeys(
  system: System,
  local: LocalSide,
  source: LaunchSource,
  spec: ServerSpec,
): Promise<ReadonlyMap<string, Secret<string>>> {
  const found = new Map<string, Secret<string>>()
  const secrets = openSecrets(system, local.folderHere, source.keysOf)
  for (const name of keysOf(spec)) {
    const given = source.keys === undefined ? undefined : Object.hasOwn(source.keys, name) ? source.keys[name] : undefined
    const key = source.keys === undefined ? await secrets.get(name) : given === undefined ? null : new Secret(given)
    const trouble = secrets.trouble(name)
    if (trouble !== null)
      throw new TwinError('no-key', `"${source.name}" needs the key ${name}, and ${trouble}.`, {
        hint: 'run that command by hand; "secrets" in the manifest names it',
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
