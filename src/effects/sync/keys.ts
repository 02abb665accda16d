import { keysOfAll } from '../../core/manifest/names.ts'
import type { Manifest } from '../../model/manifest.ts'
import { reveal, type Secret } from '../../model/secret.ts'
import { openSecrets } from '../secrets/store.ts'
import type { System } from '../../model/system.ts'
import type { HomePlace } from '../home/find.ts'

/** The keys that the manifest asks for and that can be had, by name. Each is hidden in all output from now on. */
export async function loadKeys(system: System, home: HomePlace, manifest: Manifest, hide: (value: string) => void): Promise<ReadonlyMap<string, Secret>> {
  const names = keysOfAll(manifest)
  if (names.length === 0) return new Map()
  const store = await openSecrets(system, home.here, manifest)
  const keys = new Map<string, Secret>()
  for (const name of names) {
    const key = await store.get(name)
    if (key === null) continue
    hide(reveal(key))
    keys.set(name, key)
  }
  return keys
}
