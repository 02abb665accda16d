import { join } from 'node:path'
import { clients } from '../../catalog/clients/index.ts'
import { manifestName } from '../../core/layout.ts'
import { keysOfAll } from '../../core/manifest/names.ts'
import { asksToShare } from '../../core/plan/sharing.ts'
import { TwinError } from '../../errors.ts'
import type { Lock } from '../../model/lock.ts'
import type { Manifest } from '../../model/manifest.ts'
import { reachable } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../machine/home.ts'
import { loadManifest } from '../manifest/load.ts'
import { usersOwn } from '../manifest/open.ts'
import { emptyLock, loadLock } from '../manifest/records.ts'
import { openSecrets, type Secrets } from '../store/secrets.ts'
import { vetManifest, vetOwn } from '../store/vet.ts'

/** Home's manifest, lock and keys, as far as they can be read. */
export interface KnownHome {
  readonly manifest: Manifest | null
  readonly lock: Lock
  /** Those that servers need whose entries do not hold them. */
  readonly keys: ReadonlyMap<string, Secret>
  /** Any other key of home. */
  keyOf(name: string): Promise<Secret | null>
}

/** Home's manifest, lock and keys; what cannot be read is left out, since an uninstall works without. */
export async function knownOf(system: System, home: HomePlace): Promise<KnownHome> {
  const manifest = await lenient<Manifest | null>(() => usersOwn(system, home), null)
  const store = openSecrets(system, home.here, manifest ?? {}, home.environment.id)
  return {
    manifest,
    lock: await lenient(async () => loadLock(system, (await vetOwn(system, home.environment, home.folder)).lock), emptyLock),
    keys: await lenient(() => keysFor(store, manifest), new Map()),
    keyOf: (name) => lenient(() => store.get(name), null),
  }
}

/** The same for the files of a project, whose names are those of its own manifest. Its files hold no keys, so none are read. */
export async function knownOfProject(system: System, { environment }: HomePlace, root: string, { keyOf }: KnownHome): Promise<KnownHome> {
  const folder = reachable(root)
  const [here, lockHere] = [reachable(join(root, manifestName)), reachable(join(root, 'mcp-twin.lock.json'))]
  const known = await lenient(async () => {
    const vetted = await vetManifest(system, environment, { here, lockHere, root: folder })
    const loaded = await loadManifest(
      system,
      vetted.manifest,
      here,
      clients.map(({ id }) => id),
    )
    return { manifest: loaded?.manifest ?? null, lock: await loadLock(system, vetted.lock) }
  }, null)
  return { ...(known ?? { manifest: null, lock: emptyLock }), keys: new Map(), keyOf }
}

async function lenient<T>(work: () => Promise<T>, otherwise: T): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof TwinError) return otherwise
    throw error
  }
}

/** The keys of a manifest with servers whose entries may not hold them. No other one is read: a password manager may ask for each. */
async function keysFor(store: Secrets, manifest: Manifest | null): Promise<KnownHome['keys']> {
  const keys = new Map<string, Secret>()
  if (manifest === null) return keys
  const isNeeded = Object.values(manifest.servers).some(
    (server) => asksToShare(server) || server.url !== undefined || (server.launch ?? manifest.launch) === 'run',
  )
  if (!isNeeded) return keys
  for (const name of keysOfAll(manifest)) {
    const key = await store.get(name)
    if (key !== null) keys.set(name, key)
  }
  return keys
}
