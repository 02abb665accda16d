import { keysOfAll } from '../../core/manifest/names.ts'
import type { Manifest } from '../../model/manifest.ts'
import type { ReachablePath } from '../../model/path.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { openSecrets } from './secrets.ts'

/** Hides every key there is, the manifest's and all others of the store: for commands that show other programs' words. */
export async function hideAllKeys(system: System, folder: ReachablePath, manifest: Manifest, hide: (value: Secret) => void): Promise<void> {
  const store = openSecrets(system, folder, manifest)
  for (const name of new Set([...(await store.list()), ...keysOfAll(manifest)])) {
    for (const key of [await store.get(name), await store.stored(name)]) if (key !== null) hide(key)
  }
}
