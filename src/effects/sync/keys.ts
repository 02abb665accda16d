import { keysOfAll } from '../../core/manifest/names.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { sameKey } from '../store/secrets-file.ts'
import { variableOf } from '../store/secret-name.ts'
import { openSecrets, type Secrets } from '../store/secrets.ts'
import type { Situation } from '../manifest/open.ts'

export interface LoadedKeys {
  /** The available keys that the manifest names. */
  readonly keys: ReadonlyMap<string, Secret>
  /** This run has keys that the store may not have yet. */
  readonly brings: boolean
}

const storeOf = (system: System, { home, manifest, self }: Situation): Secrets => openSecrets(system, home.here, manifest, self.id)

/** Returns the keys for one run: its own, then the store's. Each is masked in all output from now on. */
export async function loadKeys(system: System, situation: Situation, hide: (value: Secret) => void): Promise<LoadedKeys> {
  const { manifest, brought, place } = situation
  const names = keysOfAll(manifest)
  const keys = new Map<string, Secret>()
  if (names.length === 0) return { keys, brings: brought.size > 0 }
  const store = storeOf(system, situation)
  for (const name of names) {
    // A project's files never hold keys, so none are read for it.
    const key = brought.get(name) ?? (place.project === null ? await store.get(name) : null)
    if (key === null) continue
    hide(key)
    keys.set(name, key)
  }
  return { keys, brings: brought.size > 0 || names.some((name) => (system.variables[variableOf(name)] ?? '') !== '') }
}

/** Returns a description of the program that stores the keys instead of us, or null. */
export const keeperOf = ({ manifest }: Situation): string | null =>
  manifest.secrets?.command === undefined ? null : `the manifest's own program (${manifest.secrets.command.join(' ')})`

/**
 * Stores the keys of this run. A program of the user that stores the keys is not written to: returns a notice for each key
 * that it does not have, since the next run reads only from it.
 */
export async function storeKeys(system: System, situation: Situation): Promise<string[]> {
  const store = storeOf(system, situation)
  const keeper = keeperOf(situation)
  if (keeper !== null) {
    const notices: string[] = []
    for (const [name, value] of situation.brought) {
      if (sameKey((await store.get(name)) ?? undefined, value)) continue
      notices.push(
        `${keeper} stores the keys and does not have this ${name}: add it there, or the next sync cannot write entries that need it`,
      )
    }
    return notices
  }
  await store.takeFromEnvironment(keysOfAll(situation.manifest))
  await store.setAll(situation.brought)
  return []
}
