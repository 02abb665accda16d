import { join } from 'node:path'
import { secretsName } from '../../core/layout.ts'
import type { Manifest } from '../../model/manifest.ts'
import { type ReachablePath, reachable } from '../../model/path.ts'
import { reveal, Secret } from '../../model/secret.ts'
import type { System } from '../../model/system.ts'
import { TwinError } from '../../errors.ts'
import { loginSecrets, LoginStore } from './logins.ts'
import { readKeys } from './secrets-file.ts'
import { openSecrets } from './secrets.ts'
import { keysOfAll } from '../../core/manifest/names.ts'

/**
 * The values of all stored keys and logins, to be masked in the bridge's output. Keys kept by the user's own program are not
 * included. A store that cannot be read has none: then we cannot leak them either.
 */
export async function hiddenKeys(system: System, folder: ReachablePath, manifest: Manifest): Promise<readonly string[]> {
  const secrets = openSecrets(system, folder, manifest)
  const given = Object.entries(system.variables).flatMap(([name, value]) =>
    /^MCP_TWIN_(SECRET_|TOKEN)/i.test(name) && value ? [value] : [],
  )
  const hidden = [...given, ...loginSecrets(await new LoginStore(system, folder).readable())]
  try {
    const names = await secrets.list()
    const stored = await Promise.all(names.map((name) => secrets.stored(name)))
    return [...hidden, ...stored.flatMap((secret) => (secret === null ? [] : [reveal(secret)]))]
  } catch (error) {
    if (error instanceof TwinError) return hidden
    throw error
  }
}

/** The value of one key, for an address of our own; null: there is none. */
export async function keyNamed(system: System, folder: ReachablePath, manifest: Manifest, name: string): Promise<string | null> {
  const key = await openSecrets(system, folder, manifest).get(name)
  return key === null ? null : reveal(key)
}

/** Masks every key of the manifest and the store, for commands that print the output of other programs. */
export async function hideAllKeys(system: System, folder: ReachablePath, manifest: Manifest, hide: (value: Secret) => void): Promise<void> {
  const store = openSecrets(system, folder, manifest)
  for (const name of new Set([...(await store.list()), ...keysOfAll(manifest)])) {
    for (const key of [await store.get(name), await store.stored(name)]) if (key !== null) hide(key)
  }
  for (const value of loginSecrets(await new LoginStore(system, folder).readable())) hide(new Secret(value))
}

/** The keys in the store of a home, by name; none where it cannot be read. */
export async function storedKeys(system: System, folder: string): Promise<ReadonlyMap<string, Secret>> {
  try {
    return await readKeys(system, reachable(join(folder, secretsName)))
  } catch (error) {
    if (error instanceof TwinError) return new Map()
    throw error
  }
}
