import { keysOfAll } from '../../core/manifest/names.ts'
import type { Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { sameKey } from '../store/secrets-file.ts'
import { variableOf } from '../store/secret-name.ts'
import { openSecrets, type Secrets } from '../store/secrets.ts'
import type { Situation } from '../manifest/open.ts'

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

/** Who keeps the keys instead of us, in words; null: we do. */
export const keeperOf = ({ manifest }: Situation): string | null =>
  manifest.secrets?.command === undefined ? null : `the manifest's own program (${manifest.secrets.command.join(' ')})`

/**
 * Puts what this run brought into the store. A program of the user's that keeps the keys is not written to: answers what
 * is to be said of keys that it does not give, since the next run asks it and nobody else.
 */
export async function storeKeys(system: System, situation: Situation): Promise<string[]> {
  const store = storeOf(system, situation)
  const keeper = keeperOf(situation)
  if (keeper !== null) {
    const notices: string[] = []
    for (const [name, value] of situation.brought) {
      if (sameKey((await store.get(name)) ?? undefined, value)) continue
      notices.push(`${keeper} keeps the keys, and does not give this ${name}: put it there, or the next sync cannot write what needs it`)
    }
    return notices
  }
  await store.takeFromEnvironment(keysOfAll(situation.manifest))
  await store.setAll(situation.brought)
  return []
}
