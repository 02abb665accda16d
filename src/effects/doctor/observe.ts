import type { BridgeRules, Facts, DoctorKey } from '../../core/doctor/facts.ts'
import { isWindows } from '../../core/paths.ts'
import { makePlan } from '../../core/plan/plan.ts'
import { observeBridge } from './bridge.ts'
import { observeClientFiles } from './files.ts'
import { observeCommands } from './commands.ts'
import { observeHook } from './hook.ts'
import { readableKeyStore, observeKeys, type ReadableKeyStore } from './keys.ts'
import { observeLogins } from './logins.ts'
import { observeLocks } from './locks.ts'
import { observeModes, observeOwners } from './permissions.ts'
import { observePackages } from './packages.ts'
import { observePolicies } from '../machine/policies.ts'
import { probeEntries, type DeepOptions } from './probes.ts'
import { observeScopes } from './scopes.ts'
import { observeSides } from './sides.ts'
import { startable, untrusted } from './startable.ts'
import { observeTracked, type StoredKeys } from './tracked.ts'
import { observeWeights } from './weights.ts'
import { parseWslConf } from '../machine/drives.ts'
import { readText } from '../machine/kernel.ts'
import type { Situation } from '../manifest/open.ts'
import { observeExtensions } from '../extensions/observe.ts'
import { targetsFor } from '../manifest/targets.ts'
import { hiddenKeys } from '../store/hidden-keys.ts'
import { openSecrets } from '../store/secrets.ts'
import type { SyncOptions } from '../sync/options.ts'
import { prepare } from '../sync/prepare.ts'
import { readWatchRecord } from '../sync/watch.ts'
import { KeyFinder } from '../../model/redaction/key-finder.ts'
import type { System } from '../../model/system.ts'

/**
 * Returns the missing keys of a plan that the store lacks too. A sync reads no keys for a project, whose files never hold any;
 * its servers get them from the user's store at their start.
 */
async function lackedInStore(
  system: System,
  { home, manifest, self }: Situation,
  missing: DoctorKey['missing'],
): Promise<DoctorKey['missing']> {
  const store = openSecrets(system, home.here, manifest, self.id)
  const stored = await Promise.all(missing.map(({ name }) => store.has(name)))
  return missing.filter((_, at) => stored[at] === false)
}

export interface ObserveOptions {
  readonly sync: SyncOptions
  /** Starts every server; null: none. */
  readonly deep: Omit<DeepOptions, 'signal' | 'project'> | null
  /** The bridge's settings, resolved by its own rules. */
  bridgeRules(): Promise<BridgeRules>
  /** The store of home, by the bridge's own look at it. */
  store(): Promise<BridgeRules['store']>
  /** Returns whether a text holds a stored key. */
  holdsKey(text: string): boolean
}

/** Gathers every fact once. Writes nothing and uses no network; starts servers only with `deep`. */
export async function observe(system: System, situation: Situation, options: ObserveOptions): Promise<Facts> {
  const { world, home, manifest, place, self } = situation
  const { sync } = options
  const past = await readableKeyStore(system, home.here, manifest)
  const targets = await targetsFor(system, situation, sync)
  const { input } = await prepare(past.system, situation, { ...sync, resolve: false })
  const plan = makePlan(input)
  const [sides, files, packages, keys] = await Promise.all([
    observeSides(system, world, input, sync.signal),
    observeClientFiles(system, input, targets),
    observePackages(system, input, plan),
    observeKeys(past.system, input, past.trouble),
  ])
  const [modes, locks, scopes, tracked] = await Promise.all([
    observeModes(system, input, files),
    observeLocks(system, home.here, self.id, files),
    observeScopes(system, files, situation.sides),
    observeTracked(system, place.here, files, await storedKeys(past, situation, options)),
  ])
  const hasBridge = place.project === null && situation.bytes !== null && manifest.bridge?.enabled !== false
  // Before the clients' bridges are started, which may listen too.
  const bridge = hasBridge ? await observeBridge(system, home, files, await options.bridgeRules(), options.deep !== null) : null
  const store = bridge === null && place.project === null ? { store: await options.store() } : {}
  const { jobs, unstarted } =
    options.deep === null ? { jobs: null, unstarted: await untrusted(system, situation) } : await startable(system, situation, plan, files)
  // Nor start anything if others can write to our folder, which holds the program that entries name.
  const probes =
    options.deep === null || jobs === null || situation.faults.length > 0
      ? null
      : await probeEntries(system, input, plan, jobs, { ...options.deep, signal: sync.signal, project: place.project })
  const weights = await observeWeights(system, input, plan, bridge, probes)
  const policies = options.deep === null ? null : await observePolicies(system, world, files)
  const extensions = place.project === null ? await observeExtensions(system, situation, { isShallow: true }) : undefined
  const hook = place.project === null ? await observeHook(system, situation) : undefined
  const missing = place.project === null ? keys.missing : await lackedInStore(past.system, situation, keys.missing)
  return {
    manifest: { shown: place.shown, exists: situation.bytes !== null, project: place.project },
    ...{ input, plan, sides, files, packages, modes, locks, scopes, bridge, probes, weights, unstarted, policies },
    tracked: tracked.flatMap((each) => each.files),
    repositories: tracked.map(({ repository }) => repository),
    owners: await observeOwners(system, situation),
    ...store,
    ...(hook === undefined ? {} : { hook }),
    ...(extensions === undefined ? {} : { extensions }),
    commands: place.project === null ? await observeCommands(system, situation) : [],
    keys: { ...keys, missing },
    logins: await observeLogins(system, situation, input),
    watch: await readWatchRecord(system, home.here),
    variables: new Set(Object.entries(system.variables).flatMap(([name, value]) => (value === undefined ? [] : [name]))),
    interopWished: parseWslConf(await readText(system, '/etc/wsl.conf')).interop,
    shell: isWindows(self) && system.platform === 'win32' ? 'windows' : 'posix',
  }
}

/** Shorter keys are too common in ordinary text. */
const shortestKey = 8

/** Returns every key of the store, and those that this run has got otherwise. */
async function storedKeys(
  { system, trouble }: ReadableKeyStore,
  { home, manifest }: Situation,
  { holdsKey }: ObserveOptions,
): Promise<StoredKeys> {
  const finder = new KeyFinder(await hiddenKeys(system, home.here, manifest), shortestKey)
  return {
    known: trouble === null && manifest.secrets === undefined,
    holds: (text) => finder.places(text).length > 0 || holdsKey(text),
  }
}
