import { loginsName, secretsName } from '../../core/layout.ts'
import { nearest } from '../../core/nearest.ts'
import { isWindows } from '../../core/paths.ts'
import { usageError } from '../../errors.ts'
import type { Environment, World } from '../../model/environment.ts'
import type { Manifest } from '../../model/manifest.ts'
import { reachable } from '../../model/path.ts'
import { limits } from '../base/limits.ts'
import type { Settings, Sides } from '../base/settings.ts'
import { type Family, families } from '../../model/bridge-words.ts'
import { hides, inName } from '../base/text.ts'
import { autorunPaths } from '../policy/autorun.ts'
import { privatePaths } from '../policy/closed.ts'
import { relocated } from '../policy/lists/relocated.ts'
import { configFacts } from './config-facts.ts'
import type { Flags } from './flags.ts'
import { manifestNow } from './manifest-now.ts'
import { type ManifestOrigin, type OwnManifest, readOwnManifest } from './own-manifest.ts'
import { allowed, configured, homesOf, rootsOf } from './paths.ts'
import { type ProgramFacts, programsOf, takingPart } from './programs.ts'

export interface SettingsOrigin extends ManifestOrigin {
  readonly version: string
  self(): Promise<Environment>
  world(): Promise<World>
  keys(manifest: Manifest): Promise<readonly string[]>
  /** A stored key by its name; absent where no store is opened. */
  keyNamed?(manifest: Manifest, name: string): Promise<string | null>
  /** Every client's own config file on this side. */
  clientFiles(self: Environment, manifest: Manifest): readonly string[]
  /** What the bridge needs to know of every client; absent where no client is served. */
  readonly programs?: readonly ProgramFacts[]
}

/** Refuses the name of a client that could pass for something else where it is shown: in logs, the audit, other clients. */
export function checkClient(name: string): void {
  const hint = `--client takes a plain name of at most ${limits.clientCharacters} characters, such as claude-code`
  if (name.length > limits.clientCharacters)
    throw usageError(`The name of the client has ${name.length} characters; ${limits.clientCharacters} are the most.`, { hint })
  if (name.trim().toLowerCase() === 'any')
    throw usageError('No client is called any: handoffs and actions mean every program by it.', { hint })
  if (hides(name)) throw usageError(`The name of the client, ${inName(name)}, holds characters that are not seen.`, { hint })
}

/** Refuses a family that does not exist, before anything is started. */
export function checkFamilies(names: readonly string[]): void {
  const strange = names.find((name) => !families.some((family) => family === name))
  if (strange === undefined) return
  const guess = nearest(strange, families)
  const known = `--tools takes ${families.join(', ')}`
  throw usageError(`Unknown tool family "${strange}".`, { hint: guess === null ? known : `did you mean "${guess}"? ${known}` })
}

/** The families to offer: those of the flags, else of the manifest, else all. An unknown name is a problem. */
function wantedFamilies(flags: Flags, { manifest, problems, unreadable }: OwnManifest): readonly Family[] {
  const known = (name: string): Family | undefined => families.find((family) => family === name)
  if (unreadable !== undefined) {
    const { families: kept } = unreadable.kept
    // Neither a shared server nor a plugin starts, since nobody knows which of them the manifest still allows.
    return families.filter(
      (family) =>
        family !== 'shared' &&
        family !== 'plugins' &&
        (kept === null || kept.includes(family)) &&
        (flags.tools.length === 0 || flags.tools.includes(family)),
    )
  }
  const named = flags.tools.length > 0 ? flags.tools : manifest.bridge?.families
  if (named === undefined) return families
  for (const name of named)
    if (known(name) === undefined) problems.push(`The manifest names a tool family "${name}" that this bridge does not have.`)
  return named.flatMap((name) => known(name) ?? [])
}

/** Everything that a bridge is started with, decided here and by nothing later. */
export async function decideSettings(origin: SettingsOrigin, flags: Flags): Promise<Settings> {
  const { system } = origin
  const self = await origin.self()
  const own = await readOwnManifest(origin, self)
  const { manifest, problems, unreadable } = own
  const separator = system.platform === 'win32' ? '\\' : '/'
  const folder = `${origin.folder}${separator}bridge`
  const workspace = `${folder}${separator}workspace`
  const sides = await sidesOf(origin, self)
  const { bridge = {} } = manifest
  const closes = unreadable?.kept ?? { deny: bridge.deny ?? [], namespace: bridge.namespace ?? null }
  // A flag replaces what the manifest names. The workspace is the bridge's own and stays; relative paths begin in the first.
  const { roots, readable } =
    unreadable === undefined && flags.roots.length > 0
      ? { roots: [...configured(flags.roots, 'The root', sides, problems), workspace], readable: [] }
      : rootsOf(bridge.roots, workspace, sides, problems)
  const deny = configured(closes.deny, 'The closed path', sides, problems)
  const tools = () => import('../../effects/store/tools-file.ts')
  const moved = relocated(system.variables, self.home)
  const ofHome = [...privatePaths(self.home, self.kind), ...moved.closed]
  const closed = [origin.folder, origin.manifest, ...ofHome, ...origin.clientFiles(self, manifest), ...deny]
  return {
    version: origin.version,
    client: flags.client,
    folder,
    self,
    sides: () => Promise.resolve(sides),
    world: origin.world,
    families: wantedFamilies(flags, own),
    roots,
    readable,
    // Nobody knows what else a manifest closes that could not be read: it is followed no further.
    ...(unreadable === undefined && { manifestNow: manifestNow(origin, flags, { self, sides, workspace }) }),
    ...programsOf(origin, flags.client, manifest),
    closed,
    reopened: [workspace],
    autorun: [...autorunPaths(self.home, self.kind), ...moved.autorun],
    allow: allowed(bridge.allow ?? [], sides, closed, problems),
    homes: homesOf(sides),
    deny,
    ...rightsOf(flags, own),
    blockedCommands: bridge.blockedCommands ?? usuallyBlocked,
    ...(closes.namespace !== null && { namespace: closes.namespace }),
    takingPart: () => takingPart(system, reachable(`${origin.folder}${separator}state.json`), manifest),
    keys: () => origin.keys(manifest),
    keyNamed: async (name) => (await origin.keyNamed?.(manifest, name)) ?? null,
    config: configFacts(origin, self),
    keysFiles: [secretsName, loginsName].map((name) => `${origin.folder}${separator}${name}`),
    ...(unreadable === undefined && {
      changeTools: async (change) => (await tools()).changeToolsFile(system, reachable(folder), self.id, change),
    }),
    problems,
    variables: system.variables,
    platform: system.platform,
    pid: system.pid,
    isAlive: (pid) => system.isAlive(pid),
    execPath: system.execPath,
    now: () => system.now(),
    random: (bytes) => system.random(bytes),
  }
}

/** What may be changed and run, and who says so. */
function rightsOf(
  flags: Flags,
  { manifest: { bridge = {} }, unreadable }: OwnManifest,
): Pick<Settings, 'flags' | 'unreadable' | 'readOnly' | 'terminal'> {
  if (unreadable !== undefined) return { flags: given(flags), unreadable: unreadable.words, readOnly: true, terminal: 'off' }
  const readOnly = flags.readOnly || bridge.readOnly === true
  return { flags: given(flags), readOnly, terminal: flags.terminal ?? bridge.terminal ?? 'off' }
}

/** Which rules come from the command line. */
const given = ({ roots, readOnly, terminal }: Flags): NonNullable<Settings['flags']> => [
  ...(roots.length > 0 ? (['root'] as const) : []),
  ...(readOnly ? (['read-only'] as const) : []),
  ...(terminal !== undefined ? (['terminal'] as const) : []),
]

/** Blocked by default: programs that change the user's identity or the machine as a whole. */
const usuallyBlocked = [
  'sudo',
  'su',
  'doas',
  'pkexec',
  'runas',
  'shutdown',
  'reboot',
  'halt',
  'poweroff',
  'mkfs',
  'fdisk',
  'parted',
  'diskpart',
  'format',
  'passwd',
  'visudo',
  'useradd',
  'userdel',
  'usermod',
  'bcdedit',
]

/** Paths of other sides: on Linux the own side says enough (where drives are mounted), unless a test planted a world. */
async function sidesOf({ system, world }: SettingsOrigin, self: Environment): Promise<Sides> {
  const needed = isWindows(self) || (system.variables.MCP_TWIN_WORLD ?? '') !== ''
  const others = needed ? (await world()).environments.filter((side) => side.id !== self.id) : []
  return { self, others }
}
