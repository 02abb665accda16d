import { keysOfAll } from '../../core/manifest/names.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { variableOf } from '../secrets/name.ts'
import { openSecrets, type Secrets } from '../secrets/store.ts'
import type { Situation } from '../situation/open.ts'

export interface LoadedKeys {
  /** The keys that the manifest asks for and that can be had, by name. */
  readonly keys: ReadonlyMap<string, Secret>
  /** This run brings keys of its own, which the store may not have yet. */
  readonly brings: boolean
}

const storeOf = (system: System, { home, manifest, self }: Situation): Secrets => openSecrets(system, home.here, manifest, self.id)

/** Gathers the keys for one run: those it brings itself, then the store's. Each is hidden in all output from now on. */
export async function loadKeys(system: System, situation: Situation, hide: (value: Secret) => void): Promise<LoadedKeys> {
  const { manifest, brought, place } = situation
  const names = keysOfAll(manifest)
  const keys = new Map<string, Secret>()
  if (names.length === 0) return { keys, brings: brought.size > 0 }
  const store = storeOf(system, situation)
  for (const name of names) {
    // No key ever stands in a project's files, so nobody is asked for one.
    const key = brought.get(name) ?? (place.project === null ? await store.get(name) : null)
    if (key === null) continue
    hide(key)
    keys.set(name, key)
  }
  return { keys, brings: brought.size > 0 || names.some((name) => (system.variables[variableOf(name)] ?? '') !== '') }
}

/** Puts what this run brought into the store. A store that is a program of the user's keeps what it has. */
export async function storeKeys(system: System, situation: Situation): Promise<void> {
  const store = storeOf(system, situation)
  if (store.kind !== 'file') return
  await store.takeFromEnvironment(keysOfAll(situation.manifest))
  await store.setAll(situation.brought)
}
